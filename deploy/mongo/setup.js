// Makes the one-node replica set and a user for each service that may only use its own databases.
// Safe to run again: a changed password is taken over.
const password = process.env;
db.getSiblingDB("admin").auth("root", password.MONGO_ROOT_PASSWORD);

try {
  rs.status();
} catch (error) {
  if (error.codeName !== "NotYetInitialized") throw error;
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "mongo:27017" }] });
}
for (let tries = 0; !db.hello().isWritablePrimary; tries += 1) {
  if (tries > 100) throw new Error("the replica set has no primary");
  sleep(200);
}

const databases = {
  intake: ["recours_intake", "recours_vault_keys"],
  routing: ["recours_routing"],
  ledger: ["recours_ledger"],
  notify: ["recours_notify"],
};
const admin = db.getSiblingDB("admin");
for (const [user, names] of Object.entries(databases)) {
  const account = {
    pwd: password[`${user.toUpperCase()}_MONGO_PASSWORD`],
    roles: names.map((name) => ({ role: "readWrite", db: name })),
  };
  if (admin.getUser(user)) admin.updateUser(user, account);
  else admin.createUser({ user, ...account });
}
print("The replica set and the users are in place");
