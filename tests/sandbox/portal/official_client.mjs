// HubSpot's own npm client against the portal; exits 0 after the last step, else with its error.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { PACKAGE, PORTAL_URL, TOKEN, DEAL, CONTACT } = process.env;
const { Client } = createRequire(PACKAGE)("@hubspot/api-client");
const options = { basePath: PORTAL_URL, numberOfApiCallRetries: 0 };
const hub = new Client({ accessToken: TOKEN, ...options });

const page = await hub.crm.deals.basicApi.getPage(2, undefined, ["dealname", "dealstage"]);
assert.equal(page.results[0].id, DEAL);
assert.ok(page.paging.next.after);

const read = await hub.crm.deals.batchApi.read({
  inputs: [{ id: DEAL }, { id: "999" }],
  properties: ["dealname"],
  propertiesWithHistory: [],
});
assert.equal(read.results.length, 1);
assert.equal(read.errors[0].category, "OBJECT_NOT_FOUND");

const found = await hub.crm.deals.searchApi.doSearch({
  filterGroups: [{ filters: [{ propertyName: "dealstage", operator: "EQ", value: "1001" }] }],
  sorts: ["hs_object_id"],
  properties: ["dealname"],
  limit: 1,
});
assert.equal(found.total, 2);

const edges = await hub.crm.associations.v4.batchApi.getPage("deals", "contacts", {
  inputs: [{ id: DEAL }],
});
assert.equal(String(edges.results[0].to[0].toObjectId), CONTACT);

const changed = await hub.crm.deals.basicApi.update(DEAL, { properties: { amount: "12" } });
assert.equal(changed.properties.amount, "12");

const note = await hub.crm.objects.notes.basicApi.create({
  properties: { hs_note_body: "x", hs_timestamp: "2026-11-20T12:00:00Z" },
  associations: [
    {
      to: { id: DEAL },
      types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 214 }],
    },
  ],
});
assert.ok(note.id);

assert.equal((await hub.crm.owners.ownersApi.getPage()).results.length, 1);
const pipelines = await hub.crm.pipelines.pipelinesApi.getAll("deals");
assert.equal(pipelines.results[0].stages.length, 4);
const properties = await hub.crm.properties.coreApi.getAll("deals");
assert.ok(properties.results.length > 30);

await assert.rejects(hub.crm.deals.basicApi.getById("999"), { code: 404 });
await assert.rejects(hub.crm.deals.basicApi.update(DEAL, { properties: { nope: "1" } }), {
  code: 400,
});
const stranger = new Client({ accessToken: "nobody", ...options });
await assert.rejects(stranger.crm.deals.basicApi.getPage(), { code: 401 });

console.log("all steps done");
