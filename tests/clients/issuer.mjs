// An OpenID Connect issuer for the tests: `node issuer.mjs CONFIG.json`. The file tells port, keys, clients and accounts;
// accounts are read anew at each sign-in.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const path = process.argv[2];
const read = () => JSON.parse(readFileSync(path, "utf8"));
const { port, keys, clients, audience } = read();
const ofAccount = (sub) => read().accounts[sub];

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  jwks: { keys },
  cookies: { keys: ["only for tests"] },
  claims: { openid: ["sub"], profile: ["preferred_username", "name"], email: ["email"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  pkce: { required: () => true },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Grant: 3600, Session: 3600 },
  async findAccount(_, sub) {
    const claims = ofAccount(sub);
    return claims && { accountId: sub, claims: async () => ({ sub, ...claims }) };
  },
  extraTokenClaims: async (_, token) => ofAccount(token.accountId) ?? {},
  features: {
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_, resource) => {
        if (resource !== audience) throw new Error("there is no such resource");
        return { audience, scope: "openid profile email groups", accessTokenFormat: "jwt", accessTokenTTL: 600 };
      },
    },
  },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
