// Executes a flow through the official Node SDK.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import * as lark from "@larksuiteoapi/node-sdk";

const client = new lark.Client({
  appId: "cli_a1b2",
  appSecret: "secret",
  domain: process.env.EMULATOR_URL,
  // a refused request is no news here
  logger: { fatal() {}, error() {}, warn() {}, info() {}, debug() {}, trace() {} },
});
const operator = JSON.stringify({ _id: 1111, email: "apaas@bytedance.com" });

const execute = (data, flow_id = "flow_y") =>
  client.apaas.v1.applicationFlow.execute({
    path: { namespace: "package_x__c", flow_id },
    data,
  });

const checkOutputs = ({ code, msg, data }) => {
  assert.equal(code, 0, msg);
  assert.equal(data.status, "end");
  assert.match(data.execution_id, /^\d{16}$/);
  const outputs = Object.fromEntries(
    JSON.parse(data.out_params).map(({ api_name, value }) => [api_name, value]),
  );
  assert.deepEqual(outputs, {
    variable_total: "128.50",
    variable_record: { _id: 1767211281913907 },
    _flowExecutionID: Number(data.execution_id),
  });
};

const full = {
  operator,
  params: JSON.stringify({ variable_order: { _id: 5454545 } }),
  is_async: false,
  loop_masks: ["\\"],
  idempotent_key: randomUUID(),
};
checkOutputs(await execute(full));
checkOutputs(await execute({ operator }));

const repeated = await execute(full);
assert.equal(repeated.code, 0);
assert.equal(repeated.data.code, "k_wf_ec_2001008");

const started = await execute({ operator, is_async: true });
assert.equal(started.data.status, "in_process");

const unknown = await execute({ operator }, "flow_z");
assert.equal(unknown.data.code, "k_wf_ec_2001006");

await assert.rejects(execute({ operator: "1111" }), ({ response }) => {
  assert.equal(response.status, 400);
  assert.equal(response.data.code, 2320001);
  assert.deepEqual(
    response.data.error.field_violations.map(({ field }) => field),
    ["operator"],
  );
  assert.equal(response.data.error.log_id, response.headers["x-tt-logid"]);
  return true;
});

console.log("node: @larksuiteoapi/node-sdk reads the emulator's replies");
