"""Executes a flow through the official Python SDK."""

import asyncio
import json
import os
import uuid

import lark_oapi as lark
from lark_oapi.api.apaas.v1 import (
    ExecuteApplicationFlowRequest,
    ExecuteApplicationFlowRequestBody,
)

OPERATOR = json.dumps({"_id": 1111, "email": "apaas@bytedance.com"})

client = (
    lark.Client.builder()
    .app_id("cli_a1b2")
    .app_secret("secret")
    .domain(os.environ["EMULATOR_URL"])
    .build()
)


def request(body, flow_id="flow_y"):
    return (
        ExecuteApplicationFlowRequest.builder()
        .namespace("package_x__c")
        .flow_id(flow_id)
        .request_body(body.build())
        .build()
    )


def body():
    return ExecuteApplicationFlowRequestBody.builder().operator(OPERATOR)


def check_outputs(response):
    assert response.success(), (response.code, response.msg, response.get_log_id())
    assert response.data.status == "end"
    assert response.data.code == "" and response.data.error_msg == ""
    assert len(response.data.execution_id) == 16
    outputs = {pair["api_name"]: pair["value"] for pair in json.loads(response.data.out_params)}
    assert outputs == {
        "variable_total": "128.50",
        "variable_record": {"_id": 1767211281913907},
        "_flowExecutionID": int(response.data.execution_id),
    }, outputs


execute = client.apaas.v1.application_flow.execute
key = str(uuid.uuid4())
full = (
    body()
    .params(json.dumps({"variable_order": {"_id": 5454545}}))
    .is_async(False)
    .loop_masks(["\\"])
    .idempotent_key(key)
)
check_outputs(execute(request(full)))
plain = execute(request(body()))
check_outputs(plain)
# the asynchronous half of the SDK finds no log id: its HTTP client lowers the headers' case
assert plain.get_log_id()
check_outputs(asyncio.run(client.apaas.v1.application_flow.aexecute(request(body()))))

repeated = execute(request(full))
assert repeated.success()
assert repeated.data.status == "failed"
assert repeated.data.code == "k_wf_ec_2001008", repeated.data.code

started = execute(request(body().is_async(True)))
assert started.data.status == "in_process"
assert started.data.out_params == ""

unknown = execute(request(body(), "flow_z"))
assert unknown.data.code == "k_wf_ec_2001006"
assert "did you mean package_x__c/flow_y?" in unknown.data.error_msg

invalid = execute(request(ExecuteApplicationFlowRequestBody.builder().operator("1111")))
assert not invalid.success()
assert invalid.code == 2320001 and invalid.msg == "param is invalid"
# the SDK has a class for it and leaves it a dictionary
assert [violation["field"] for violation in invalid.error["field_violations"]] == ["operator"]
assert invalid.error["log_id"] == invalid.get_log_id()

print(f"python: {lark.__name__} reads the emulator's replies")
