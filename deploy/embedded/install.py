"""Have everything at hand that an embedded run needs: `make install`."""

import sys
from concurrent.futures import ThreadPoolExecutor

from deploy.embedded.fetch import kafka_jars, store_program
from deploy.embedded.kafka import prepare_class_archive
from deploy.embedded.process import ServerError


def main() -> None:
    """Fetch the servers side by side and prepare Kafka's class archive."""
    with ThreadPoolExecutor(2) as pool:
        store, jars = pool.submit(store_program), pool.submit(kafka_jars)
        store.result()
        jars.result()
    prepare_class_archive()


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(str(error))
