"""The roles that people and programs have."""

from typing import Final, Literal, get_args

Role = Literal["representative", "csr", "authority", "protection", "monitor", "administrator"]
ROLES: Final[tuple[str, ...]] = get_args(Role)
