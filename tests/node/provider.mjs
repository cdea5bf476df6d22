// An OpenID provider on a free port of this machine, for the tests to sign in at. Says its address on its first line.
//
// Whoever comes is who their browser says in the header `x-login`: {"sub", "email", "email_verified"}. Clients register
// themselves at /reg.
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const accounts = new Map();
const server = createServer();

server.listen(0, "127.0.0.1", () => {
  const provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    cookies: { keys: ["a key of the tests"] },
    features: { devInteractions: { enabled: false }, registration: { enabled: true } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => accounts.get(sub) }),
    // Everybody agrees to what is asked for.
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email");
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) {
      callback(request, response);
      return;
    }
    const account = JSON.parse(request.headers["x-login"]);
    accounts.set(account.sub, account);
    await provider.interactionFinished(request, response, { login: { accountId: account.sub } });
  });
  console.log(provider.issuer);
});

// It ends with whoever started it.
process.stdin.on("end", () => process.exit()).resume();
