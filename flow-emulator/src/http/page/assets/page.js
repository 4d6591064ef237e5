"use strict";
// The emulator's page. What a request or a reply says is only ever set as text, never as HTML.

// ---- words -------------------------------------------------------------------------------------------------------

const WORDS = {
  en: {
    other: "中文", otherLang: "zh", emulator: "emulator", live: "live", offline: "not connected",
    counts: (runs, requests) => `${runs} ${runs === 1 ? "run" : "runs"}, ${requests} execute ${requests === 1 ? "request" : "requests"}`,
    exposed: "Other machines can reach this emulator, this page and the values on it.",
    calls: "Calls", filterFlow: "Flow", filterKey: "Idempotency key or log id", filterOutcome: "Outcome",
    filterTokens: "show token requests", all: "all", clear: "Clear list",
    empty: "No request yet. Point a client at this address:", emptyFiltered: "No request matches the filter.",
    keys: "↑ ↓ to move between requests, Enter to open one, / to filter.",
    quota: "Rate limit", quotaOf: (used, calls, seconds) => `${used} of ${calls} in the last ${seconds} s`,
    quotaNone: (used) => `${used} in the last 60 s; no limit is set (the platform's: 100)`,
    refused: (n) => `${n} refused`, ago: (seconds) => `${seconds} s ago`, now: "now",
    faultNext: "A fault for the next request", fault: "Fault", of: "For", anyFlow: "any flow", tokenEndpoint: "token endpoint",
    times: "Times", inject: "Inject", clearFaults: "Clear", waitingFaults: "Waiting:",
    after: "When", before: "before the flow runs", afterwards: "after the flow ran",
    reset: "Reset everything", resetHelp: "Clears the list, the faults and the rate limit's window, turns chaos off, forgets used keys and restores all outputs.",
    chaos: "Chaos", rate: "Rate (%)", seed: "Seed", chaosOn: "On", chaosOff: "Off", chaosNone: "Off.",
    chaosNow: (rate, seed) => `On: ${rate}% of execute requests, ${rate / 2}% of token requests, seed ${seed}.`,
    flows: "Flows", noFlows: "None. Start the emulator with --flow or --contracts.", edited: "edited", byCode: "answered by code",
    contract: "Contract", outputs: "Outputs of each run", save: "Save", restore: "Restore", saved: "Saved: the next run returns these outputs.",
    sent: "Sent", received: "Received", nothing: "No reply.", cut: (bytes) => `Only the beginning is shown, of ${bytes} bytes; it cannot be copied.`,
    joined: (n, key) => `${n} attempts under the key ${key}`,
    logId: "Log id", key: "Key", path: "Request", line: "In the log", arrived: "Arrived",
    copyCurl: "Copy as curl", copyTest: "Copy as Rust test", copyContract: "Copy as contract", copied: "Copied.", notCopied: "The browser does not allow copying.",
    unfolded: "JSON in a string:",
    outcomes: { ran: "ran", failed: "ran and failed", started: "started", did_not_run: "did not run", reply_lost: "ran, reply lost", waiting: "under way", token: "token", other: "unknown endpoint" },
    fields: { reset: "Seconds to wait", http_status: "HTTP status", seconds: "Seconds", location: "Where to", status: "Status" },
  },
  zh: {
    other: "English", otherLang: "en", emulator: "模拟器", live: "实时", offline: "未连接",
    counts: (runs, requests) => `流程执行 ${runs} 次，收到执行请求 ${requests} 个`,
    exposed: "其他机器也能访问这个模拟器，看到本页面上的数据。",
    calls: "调用", filterFlow: "流程", filterKey: "幂等键或 Log ID", filterOutcome: "结果",
    filterTokens: "显示 token 请求", all: "全部", clear: "清空列表",
    empty: "还没有请求。请将客户端指向此地址：", emptyFiltered: "没有符合条件的请求。",
    keys: "↑ ↓ 切换请求，Enter 展开，/ 跳到筛选。",
    quota: "限流", quotaOf: (used, calls, seconds) => `最近 ${seconds} 秒内 ${used} 次，上限 ${calls} 次`,
    quotaNone: (used) => `最近 60 秒内 ${used} 次；未设上限（平台为 100 次）`,
    refused: (n) => `已拒绝 ${n} 次`, ago: (seconds) => `${seconds} 秒前`, now: "现在",
    faultNext: "为下一个请求注入故障", fault: "故障", of: "作用于", anyFlow: "任意流程", tokenEndpoint: "token 接口",
    times: "次数", inject: "注入", clearFaults: "清除", waitingFaults: "待触发：",
    after: "时机", before: "流程执行之前", afterwards: "流程执行之后",
    reset: "全部重置", resetHelp: "清空列表和限流窗口，清除所有故障，关闭随机故障，清除已用过的幂等键，并还原所有出参。",
    chaos: "随机故障", rate: "比例（%）", seed: "种子", chaosOn: "开启", chaosOff: "关闭", chaosNone: "已关闭。",
    chaosNow: (rate, seed) => `已开启：执行请求的 ${rate}%，token 请求的 ${rate / 2}%，种子 ${seed}。`,
    flows: "流程", noFlows: "没有流程。启动模拟器时请加上 --flow 或 --contracts。", edited: "已修改", byCode: "由代码响应",
    contract: "契约", outputs: "每次执行的出参", save: "保存", restore: "还原", saved: "已保存，下次执行将返回这些出参。",
    sent: "发出", received: "收到", nothing: "没有响应。", cut: (bytes) => `共 ${bytes} 字节，仅显示开头，因此不能复制。`,
    joined: (n, key) => `幂等键 ${key} 下共 ${n} 次尝试`,
    logId: "Log ID", key: "幂等键", path: "请求", line: "日志", arrived: "到达时间",
    copyCurl: "复制为 curl", copyTest: "复制为 Rust 测试", copyContract: "复制为契约", copied: "已复制。", notCopied: "浏览器不允许复制。",
    unfolded: "字符串中的 JSON：",
    outcomes: { ran: "已执行", failed: "已执行但失败", started: "已启动", did_not_run: "未执行", reply_lost: "已执行，响应丢失", waiting: "进行中", token: "token", other: "未知接口" },
    fields: { reset: "等待秒数", http_status: "HTTP 状态码", seconds: "秒数", location: "跳转地址", status: "状态" },
  },
};

// The faults by the emulator's own names: what is asked of each, and what it does.
const FAULTS = {
  dropped: { fields: { after: true }, en: ["Connection dropped", "The connection is closed before any byte of a reply."], zh: ["连接断开", "在返回任何字节之前断开连接。"] },
  gateway: { fields: { http_status: 502, after: true }, en: ["Gateway page", "An HTML page from a gateway in front of the platform."], zh: ["网关页面", "平台前面的网关返回 HTML 页面。"] },
  rate_limited: { fields: { reset: 1 }, en: ["Rate limited", "HTTP 429 with 99991400. The flow does not run."], zh: ["触发限流", "HTTP 429，错误码 99991400。流程不执行。"] },
  stale_token: { fields: { http_status: 400 }, en: ["Token refused", "99991663, although the token is valid. The flow does not run."], zh: ["token 被拒", "token 有效，仍返回 99991663。流程不执行。"] },
  internal: { fields: { after: true }, en: ["Internal error", "HTTP 500 with the platform's 2320002."], zh: ["内部错误", "HTTP 500，平台错误码 2320002。"] },
  slow: { fields: { seconds: 2 }, en: ["Late reply", "The usual reply, delayed by this time. The flow runs at once."], zh: ["响应延迟", "延迟返回正常响应。流程立即执行。"] },
  silent: { fields: { after: true }, en: ["No reply", "Nothing, for as long as the client waits."], zh: ["没有响应", "无论客户端等多久，都不返回任何内容。"] },
  endless: { fields: {}, en: ["Endless reply", "A body that never ends. The flow runs."], zh: ["响应不结束", "响应体永不结束。流程会执行。"] },
  truncated: { fields: {}, en: ["JSON truncated", "Half of the JSON, in a complete reply. The flow runs."], zh: ["JSON 被截断", "HTTP 响应完整，但其中的 JSON 只有一半。流程会执行。"] },
  cut_off: { fields: {}, en: ["Reply cut off", "Half of the reply, then the connection is closed. The flow runs."], zh: ["响应中断", "响应发送到一半时断开连接。流程会执行。"] },
  html: { fields: { after: true }, en: ["HTML page", "HTTP 200 with an HTML page, such as a login page."], zh: ["HTML 页面", "HTTP 200，但返回登录页之类的 HTML。"] },
  redirect: { fields: { location: "http://127.0.0.1:9/" }, en: ["Redirect", "HTTP 307 to another address. The flow does not run."], zh: ["重定向", "HTTP 307 到其他地址。流程不执行。"] },
  status: { fields: { status: "wait" }, en: ["Another status", "The usual reply with this data.status. The flow runs."], zh: ["其他状态", "正常响应，但 data.status 为此值。流程会执行。"] },
};

const OUTCOMES = ["ran", "failed", "started", "did_not_run", "reply_lost", "waiting"];
const CHIPS = { ran: "good", failed: "bad", started: "good", did_not_run: "odd", reply_lost: "bad" };

const DEFAULT_PERIOD = 60000;

let language = chosenLanguage();
let words = WORDS[language];

function chosenLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") || remembered("language") || navigator.language;
  return asked.startsWith("zh") ? "zh" : "en";
}

function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; } // a browser may keep nothing
}

// ---- the document ------------------------------------------------------------------------------------------------

const $ = (id) => document.getElementById(id);

/** An element with these properties and children; a string is text. */
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

function toast(text) {
  const toast = $("toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { toast.hidden = true; }, 4000);
}

/** Asks the emulator to do something; resolves to whether it did. */
async function act(action, body = {}) {
  try {
    const reply = await fetch(`/_emulator/actions/${action}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    if (!reply.ok) toast((await reply.text()).trim());
    return reply.ok;
  } catch (error) {
    toast(`${words.offline}: ${error.message}`);
    return false;
  }
}

// ---- JSON as it was written: numbers keep their digits, names their order ------------------------------------------

const DEPTH = 200;
const UNFOLDED_TO = 40;

/** The nodes of a JSON text, or null if it is none, or too deep. */
function read(text) {
  let at = 0;
  const space = () => { while (/[ \t\r\n]/.test(text[at])) at++; };
  const fail = () => { throw new SyntaxError(`at ${at}`); };
  const take = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) fail();
    at = pattern.lastIndex;
    return found[0];
  };
  const string = () => {
    const raw = take(/"(?:[^"\\\u0000-\u001f]|\\.)*"/y);
    return { kind: "string", raw, value: JSON.parse(raw) };
  };
  const list = (end, item) => {
    const items = [];
    at++;
    space();
    if (text[at] === end) { at++; return items; }
    for (;;) {
      items.push(item());
      space();
      if (text[at] === end) { at++; return items; }
      if (text[at] !== ",") fail();
      at++;
      space();
    }
  };
  const value = (depth) => {
    if (depth > DEPTH) fail();
    space();
    switch (text[at]) {
      case "{": return { kind: "object", members: list("}", () => {
        const name = string().value;
        space();
        if (text[at] !== ":") fail();
        at++;
        return [name, value(depth + 1)];
      }) };
      case "[": return { kind: "array", items: list("]", () => value(depth + 1)) };
      case '"': return string();
      case "t": case "f": case "n": return { kind: "word", raw: take(/true|false|null/y) };
      default: return { kind: "number", raw: take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y) };
    }
  };
  try {
    const node = value(0);
    space();
    return at === text.length ? node : null;
  } catch {
    return null;
  }
}

/** The JSON that a string holds, if it is an object or a list. */
function inside(node) {
  if (node?.kind !== "string" || !/^\s*[[{]/.test(node.value)) return null;
  return read(node.value);
}

const member = (node, name) => node?.members?.find(([known]) => known === name)?.[1];

/** Lines of spans; JSON inside a string is unfolded in place, up to a depth that a person can follow. */
function pretty(node, to, depth = 0) {
  const line = (depth) => `\n${"  ".repeat(Math.min(depth, 40))}`;
  const span = (className, text) => to.append(make("span", { className }, text));
  const all = (items, open, close, each) => {
    if (items.length === 0) { to.append(open + close); return; }
    to.append(open);
    items.forEach((item, n) => {
      to.append(`${n ? "," : ""}${line(depth + 1)}`);
      each(item);
    });
    to.append(line(depth) + close);
  };
  const unfolded = depth < UNFOLDED_TO && inside(node);
  if (unfolded) {
    span("unfolded", `${words.unfolded} `);
    pretty(unfolded, to, depth);
  } else if (node.kind === "object") {
    all(node.members, "{", "}", ([name, value]) => {
      to.append(`${JSON.stringify(name)}: `);
      pretty(value, to, depth + 1);
    });
  } else if (node.kind === "array") {
    all(node.items, "[", "]", (item) => pretty(item, to, depth + 1));
  } else {
    span(node.kind, node.raw);
  }
  return to;
}

/** A box with a text, formatted if it is JSON. */
function box(text) {
  const node = read(text);
  const pre = make("pre", { tabIndex: 0 });
  if (node) pretty(node, pre); else pre.append(text);
  return pre;
}

/** The inputs that were sent: an object. */
function inputs(exchange) {
  return inside(member(read(exchange.sent.body), "params")) || { kind: "object", members: [] };
}

/** The outputs that came back, as an object, or null. */
function outputs(exchange) {
  const data = member(read(exchange.answer?.received.body || ""), "data");
  const pairs = inside(member(data, "out_params"));
  if (!pairs?.items) return null;
  const members = pairs.items.map((pair) => [member(pair, "api_name")?.value ?? "", member(pair, "value")]);
  return { kind: "object", members: members.filter(([, value]) => value) };
}

// ---- copies ------------------------------------------------------------------------------------------------------

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(words.copied);
  } catch {
    // not over plain HTTP from another machine; the selection still can
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    toast(done ? words.copied : words.notCopied);
  }
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function asCurl(exchange) {
  // brackets and braces in an address mean several to curl
  const globoff = /[[\]{}]/.test(exchange.path) ? "--globoff " : "";
  const lines = [`curl ${globoff}-X ${exchange.method} ${quoted(location.origin + exchange.path)}`];
  for (const [name, value] of exchange.sent.headers) {
    if (name === "Authorization") lines.push(`-H "Authorization: Bearer $TOKEN"`);
    else if (name === "Content-Type") lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  }
  if (exchange.sent.body) lines.push(`--data-raw ${quoted(exchange.sent.body)}`);
  return `${lines.join(" \\\n    ")}\n`;
}

/** A string of Rust. */
function rustString(text) {
  const escaped = [...text].map((char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    if (char === "\n") return "\\n";
    if (/\p{Cs}/u.test(char)) return "\\u{fffd}"; // half of a pair, which no string of Rust can hold
    // what cannot be seen, or changes the direction of what can
    return /[\p{C}\u2028\u2029]/u.test(char) ? `\\u{${char.codePointAt(0).toString(16)}}` : char;
  });
  return `"${escaped.join("")}"`;
}

/** A number of Rust: an integer without a type would be an `i32`, and not compile if it is too large for one. */
function rustNumber(raw) {
  if (!Number.isFinite(Number(raw))) return "null"; // no `Value` holds it
  if (/[.eE]/.test(raw)) return raw;
  const integer = BigInt(raw);
  if (BigInt.asIntN(32, integer) === integer) return raw;
  if (BigInt.asIntN(64, integer) === integer) return `${raw}_i64`;
  return `${raw}_${BigInt.asUintN(64, integer) === integer ? "u64" : "f64"}`;
}

/** The inside of `json!`. */
function rustJson(node) {
  switch (node.kind) {
    case "object": return `{${node.members.map(([name, value]) => `${rustString(name)}: ${rustJson(value)}`).join(", ")}}`;
    case "array": return `[${node.items.map(rustJson).join(", ")}]`;
    case "string": return rustString(node.value);
    case "number": return rustNumber(node.raw);
    default: return node.raw;
  }
}

/** JSON text that is read as what `rustJson` would be. */
function plainJson(node) {
  const string = (text) => JSON.stringify(text.replace(/\p{Cs}/gu, "\ufffd"));
  switch (node.kind) {
    case "object": return `{${node.members.map(([name, value]) => `${string(name)}:${plainJson(value)}`).join(",")}}`;
    case "array": return `[${node.items.map(plainJson).join(",")}]`;
    case "string": return string(node.value);
    case "number": return Number.isFinite(Number(node.raw)) ? node.raw : "null";
    default: return node.raw;
  }
}

// the compiler ends a macro that calls itself at 128 steps
const MAX_STEPS = 100;

/** How often `json!` would call itself at most: some times for each item, and for what is in one. */
function steps(node) {
  const items = node.items || node.members?.map(([, value]) => value) || [];
  return 4 * items.length + 2 + items.reduce((most, item) => Math.max(most, steps(item)), 0);
}

function rustFault(fault) {
  const number = (value) => (/[.e]/.test(`${value}`) ? `${value}` : `${value}.0`);
  const name = fault.kind.split("_").map((word) => word[0].toUpperCase() + word.slice(1)).join("");
  switch (fault.kind) {
    case "rate_limited": return `Fault::RateLimited { reset: ${number(fault.reset)} }`;
    case "stale_token": return `Fault::StaleToken { http_status: ${fault.http_status} }`;
    case "gateway": return `Fault::Gateway { http_status: ${fault.http_status}, after: ${fault.after} }`;
    case "slow": return `Fault::Slow(std::time::Duration::from_secs_f64(${number(fault.seconds)}))`;
    case "redirect": return `Fault::Redirect { location: ${rustString(fault.location)}.to_owned() }`;
    case "status": return `Fault::Status(${rustString(fault.status)}.to_owned())`;
    case "endless": case "truncated": case "cut_off": return `Fault::${name}`;
    default: return `Fault::${name} { after: ${fault.after} }`;
  }
}

function asTest(exchange) {
  const [namespace, flowId] = names(exchange);
  const flow = `${rustString(namespace)}, ${rustString(flowId)}`;
  const { answer } = exchange;
  const data = member(read(answer?.received.body || ""), "data");
  const code = member(data, "code")?.value;
  // the number of the run is another one in each
  const values = (outputs(exchange)?.members || []).filter(([name]) => name !== "_flowExecutionID");
  const failed = answer?.end === "failed" && code;

  const json = new Set(); // what the test needs of serde_json
  const value = (node) => {
    const short = steps(node) <= MAX_STEPS;
    json.add(short ? "json" : "Value");
    return short ? `json!(${rustJson(node)})` : `serde_json::from_str::<Value>(${rustString(plainJson(node))}).unwrap()`;
  };

  const body = [];
  if (failed) {
    const message = member(data, "error_msg")?.value || "";
    body.push(`emulator.on_raw(${flow}, |_| Err(Failure::new(${rustString(code)}, ${rustString(message)})));`);
  } else if (values.length && steps({ members: values }) <= MAX_STEPS) {
    json.add("json");
    const members = values.map(([name, node]) => `        ${rustString(name)}: ${rustJson(node)},`);
    body.push(`emulator.on_raw(${flow}, |_| {`, "    Ok(json!({", ...members, "    }))", "});");
  } else {
    body.push(`emulator.on_raw(${flow}, |_| {`, `    Ok(${value({ kind: "object", members: values })})`, "});");
  }
  if (answer?.fault) body.push(`emulator.inject(${rustFault(answer.fault)});`);
  body.push("", `let call = DynamicFlow::new(${flow})?`);
  for (const [name, node] of inputs(exchange).members) body.push(`    .param(${rustString(name)}, ${value(node)})?`);
  body.push("    .execute(&emulator.client());");
  if (answer?.fault) {
    body.push(
      "match call.await {",
      "    Ok(run) => assert_eq!(emulator.runs_of(&run.idempotency_key), 1),",
      "    // what does your program do now?",
      "    Err(error) => println!(\"{}: {error}\", error.outcome()),",
      "}",
      "assert!(emulator.runs() <= 1, \"whatever goes wrong, the flow does not run twice\");",
    );
  } else if (failed) {
    body.push("let error = call.await.unwrap_err();", `assert_eq!(error.flow_code(), Some(${rustString(code)}));`);
  } else {
    body.push(`let ${values.length ? "run" : "_run"} = call.await?;`);
    for (const [name, node] of values) {
      json.add("Value");
      body.push(`assert_eq!(run.output.get::<Value>(${rustString(name)})?, ${value(node)});`);
    }
  }

  const use = (path, items) => (items.length ? [`use ${path}::${items.length > 1 ? `{${items.join(", ")}}` : items[0]};`] : []);
  const lines = [
    "use apaas_flow::DynamicFlow;",
    ...use("apaas_flow_emulator", ["Emulator", failed && "Failure", answer?.fault && "Fault"].filter(Boolean)),
    ...use("serde_json", [...json].sort()),
    "",
    "let emulator = Emulator::start().await?;",
    ...body,
    "Ok(())",
  ];
  // with a word before it, the name is neither a keyword nor does it begin with a digit
  const name = ["calls", ...(flowId.match(/[A-Za-z0-9]+/g) || ["a", "flow"])].join("_").toLowerCase();
  return [
    "#[tokio::test]",
    `async fn ${name}() -> Result<(), Box<dyn std::error::Error>> {`,
    ...lines.map((line) => (line ? `    ${line}` : "")),
    "}",
    "",
  ].join("\n");
}

/** The contract of the flow; where it has none, what this request and its reply show, as recording writes it. */
function asContract(exchange) {
  const known = state.flows.find((flow) => flow.name === exchange.flow)?.contract;
  if (known) return known.endsWith("\n") ? known : `${known}\n`;
  const shape = (node) => {
    switch (node.kind) {
      case "word": return node.raw === "null" ? { type: "any", optional: true } : { type: "boolean" };
      case "number": return { type: /[.eE]/.test(node.raw) ? "number" : "integer" };
      default: return { type: node.kind };
    }
  };
  const side = (node) => Object.fromEntries(node.members.map(([name, value]) => [name, shape(value)]));
  const contract = { partial: true, inputs: side(inputs(exchange)) };
  const given = outputs(exchange);
  if (given) contract.outputs = side(given);
  return `${JSON.stringify(contract, null, 2)}\n`;
}

/** The namespace and the flow id: of the path, since a name may have a slash in it. */
function names(exchange) {
  const segments = exchange.path.split("/");
  return [segments[5], segments[7]].map(decodeURIComponent);
}

// ---- the list ----------------------------------------------------------------------------------------------------

let state = { flows: [], faults: [], chaos: null, quota: null, runs: 0, requests: 0, exposed: false, now: Date.now() };
let clockOffset = 0;
const exchanges = new Map(); // by log id, oldest first
const calls = new Map(); // by key, or by log id where there is none
const opened = new Set(); // log ids

function outcome(exchange) {
  if (!exchange.answer) return "waiting";
  if (exchange.endpoint === "token") return "token";
  if (exchange.endpoint !== "execute") return "other";
  const end = exchange.answer.end || "did_not_run";
  return exchange.answer.lost && end !== "did_not_run" ? "reply_lost" : end;
}

const callOf = (exchange) => (exchange.endpoint === "execute" && exchange.key ? `key ${exchange.key}` : `one ${exchange.log_id}`);

/** Adds a request, or updates it; returns its call, which must be drawn again. */
function add(exchange) {
  const before = exchanges.get(exchange.log_id);
  if (before && callOf(before) !== callOf(exchange)) leaveCall(before); // its key is known now
  exchanges.set(exchange.log_id, exchange);
  const name = callOf(exchange);
  let call = calls.get(name);
  if (!call) {
    call = { attempts: new Map(), element: make("li", { className: "call" }) };
    calls.set(name, call);
    $("list").prepend(call.element);
  }
  call.attempts.set(exchange.log_id, exchange);
  return call;
}

/** Removes a request; returns the call that it was an attempt of. */
function forget(exchange) {
  exchanges.delete(exchange.log_id);
  return leaveCall(exchange);
}

function leaveCall(exchange) {
  const call = calls.get(callOf(exchange));
  call.attempts.delete(exchange.log_id);
  if (call.attempts.size === 0) {
    call.element.remove();
    calls.delete(callOf(exchange));
  }
  return call;
}

/** Shows a call. What has not changed stays in place, and with it the focus, a selection, the scroll position. */
function draw(call) {
  const attempts = [...call.attempts.values()];
  call.element.classList.toggle("several", attempts.length > 1);
  const parts = attempts.flatMap(drawn);
  if (attempts.length > 1) {
    parts.unshift(make("div", { className: "joined" }, words.joined(attempts.length, attempts[0].key)));
  }
  const active = document.activeElement;
  const focused = call.element.contains(active) && active.closest("[data-log-id]")?.dataset.logId;
  const wanted = new Set(parts);
  for (const part of [...call.element.children]) if (!wanted.has(part)) part.remove();
  parts.forEach((part, n) => {
    const there = call.element.children[n] || null;
    if (there !== part) call.element.insertBefore(part, there);
  });
  if (focused && !call.element.contains(active)) {
    call.element.querySelector(`.row[data-log-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  call.element.hidden = !attempts.some(matches);
}

/** The elements of a request, made once per language: a changed request is a new object. */
function drawn(exchange) {
  if (exchange.language !== language) Object.assign(exchange, { language, row: drawRow(exchange), detail: null });
  const open = opened.has(exchange.log_id);
  exchange.row.setAttribute("aria-expanded", String(open));
  exchange.detail = open ? exchange.detail || drawDetail(exchange) : null;
  return open ? [exchange.row, exchange.detail] : [exchange.row];
}

function drawRow(exchange) {
  const end = outcome(exchange);
  const { answer } = exchange;
  const name = exchange.flow || (exchange.endpoint === "token" ? words.tokenEndpoint : `${exchange.method} ${exchange.path}`);
  const row = make("button", { className: "row", type: "button" },
    make("span", { className: "time" }, clock(exchange.arrived)),
    make("span", { className: "name" }, make("span", {}, name), make("span", { className: "ids" }, [exchange.key, exchange.log_id].filter(Boolean).join(" · "))),
    make("span", { className: "chip fault odd", hidden: !answer?.fault }, answer?.fault ? faultName(answer.fault) : ""),
    make("span", { className: `chip outcome ${CHIPS[end] || ""}` }, words.outcomes[end]),
    make("span", { className: "status" }, answer?.http_status ? String(answer.http_status) : "–"),
    make("span", { className: "took" }, answer ? `${answer.after < 10 ? answer.after.toFixed(1) : Math.round(answer.after)} ms` : "…"));
  row.dataset.logId = exchange.log_id;
  row.dataset.outcome = end;
  return row;
}

function drawDetail(exchange) {
  const { answer } = exchange;
  const facts = [
    [words.path, `${exchange.method} ${exchange.path}`],
    [words.arrived, new Date(exchange.arrived).toISOString()],
    [words.logId, exchange.log_id],
  ];
  if (exchange.key) facts.push([words.key, exchange.key]);
  if (answer?.fault) facts.push([words.fault, `${faultName(answer.fault)} (${compactFault(answer.fault)})`]);
  if (answer) facts.push([words.line, `${answer.http_status || "–"} ${answer.summary}`]);
  const list = make("dl");
  for (const [name, value] of facts) list.append(make("dt", {}, name), make("dd", {}, value));

  const copies = make("div", { className: "buttons" });
  const whole = !exchange.sent.cut_from && !answer?.received.cut_from;
  const button = (label, text) => copies.append(make("button", { type: "button", onclick: () => copy(text()) }, label));
  if (whole) button(words.copyCurl, () => asCurl(exchange));
  if (whole && exchange.flow) {
    button(words.copyTest, () => asTest(exchange));
    button(words.copyContract, () => asContract(exchange));
  }
  const detail = make("div", { className: "detail" }, list,
    make("div", { className: "sides" }, side(words.sent, exchange.sent), side(words.received, answer?.received, answer?.http_status)),
    copies);
  detail.dataset.logId = exchange.log_id;
  return detail;
}

function side(title, message, status) {
  const part = make("div", {}, make("h3", {}, title));
  if (!message || (message.headers.length === 0 && !message.body)) {
    part.append(make("p", { className: "soft" }, message ? words.nothing : "…"));
    return part;
  }
  const head = message.headers.map(([name, value]) => `${name}: ${value}`);
  if (status) head.unshift(`HTTP ${status}`);
  part.append(make("pre", { tabIndex: 0 }, head.join("\n")));
  if (message.cut_from) part.append(make("p", { className: "soft" }, words.cut(message.cut_from)));
  if (message.body) part.append(box(message.body));
  return part;
}

function clock(millis) {
  const time = new Date(millis);
  const pad = (number, width) => String(number).padStart(width, "0");
  return `${pad(time.getHours(), 2)}:${pad(time.getMinutes(), 2)}:${pad(time.getSeconds(), 2)}.${pad(time.getMilliseconds(), 3)}`;
}

const faultName = (fault) => FAULTS[fault.kind]?.[language][0] || fault.kind;

function compactFault(fault) {
  const rest = Object.entries(fault).filter(([name]) => name !== "kind" && name !== "after").map(([, value]) => String(value));
  if ("after" in fault) rest.push(fault.after ? words.afterwards : words.before);
  return rest.join(", ") || fault.kind;
}

function matches(exchange) {
  const flow = $("filter-flow").value.trim().toLowerCase();
  const key = $("filter-key").value.trim().toLowerCase();
  const wanted = $("filter-outcome").value;
  if (exchange.endpoint === "token" && !$("filter-tokens").checked) return false;
  return (exchange.flow || "").toLowerCase().includes(flow)
    && (!key || [exchange.key || "", exchange.log_id].some((text) => text.toLowerCase().includes(key)))
    && (!wanted || outcome(exchange) === wanted);
}

function filter() {
  for (const call of calls.values()) call.element.hidden = ![...call.attempts.values()].some(matches);
  drawEmpty();
}

function drawEmpty() {
  const shown = [...calls.values()].some((call) => !call.element.hidden);
  const empty = $("empty");
  empty.hidden = shown;
  const any = [...exchanges.values()].some((exchange) => exchange.endpoint !== "token" || $("filter-tokens").checked);
  empty.textContent = any ? words.emptyFiltered : `${words.empty} ${location.origin}`;
}

// ---- beside the list ---------------------------------------------------------------------------------------------

function drawQuota() {
  const to = $("quota");
  const now = Date.now() - clockOffset;
  const { quota } = state;
  const period = quota?.period || DEFAULT_PERIOD;
  const seconds = Number((period / 1000).toFixed(1));
  const executes = [...exchanges.values()].filter((exchange) => exchange.endpoint === "execute");
  // either side of now: a clock may be set back
  const inWindow = (at) => Math.abs(now - at) < period;
  const apps = quota
    ? quota.apps.map(({ app, arrivals }) => ({ app, arrivals: arrivals.map(([age, n]) => [state.now - age, n]) }))
    : [{ app: "", arrivals: executes.map((exchange) => [exchange.arrived, 1]) }];
  if (apps.length === 0) apps.push({ app: "", arrivals: [] });
  const refused = executes.filter((exchange) => exchange.answer?.http_status === 429 && !exchange.answer.fault && inWindow(exchange.arrived));
  // without a limit the list is all there is to count, and it may have lost some
  const more = !quota && state.forgotten && executes.every((exchange) => inWindow(exchange.arrived)) ? "+" : "";
  const parts = apps.flatMap(({ app, arrivals }) => {
    const inside = arrivals.filter(([at]) => inWindow(at));
    const used = inside.reduce((sum, [, n]) => sum + n, 0);
    const label = (app ? `${app}: ` : "") + (quota ? words.quotaOf(used, quota.calls, seconds) : words.quotaNone(used + more));
    const bar = make("div", { className: "bar", role: "img", "aria-label": label });
    const places = new Set();
    const tick = (at, className) => {
      const place = `${Math.min(100, Math.max(0, (1 - (now - at) / period) * 100)).toFixed(1)}%`;
      if (places.has(className + place)) return; // no wider than a mark
      places.add(className + place);
      const mark = make("i", { className });
      mark.style.left = place;
      bar.append(mark);
    };
    inside.forEach(([at]) => tick(at, ""));
    refused.forEach((exchange) => tick(exchange.arrived, "refused"));
    return [make("div", {}, label), bar, make("div", { className: "scale" }, make("span", {}, words.ago(seconds)), make("span", {}, words.now))];
  });
  if (quota?.refused) parts.push(make("div", { className: "soft" }, words.refused(quota.refused)));
  to.replaceChildren(...parts);
}

function drawFaultForm() {
  const fault = FAULTS[$("fault-kind").value];
  $("fault-help").textContent = fault[language][1];
  $("fault-fields").replaceChildren(...Object.entries(fault.fields).map(([name, value]) => {
    if (name === "after") {
      return make("label", {}, make("span", {}, words.after), make("select", { name },
        make("option", { value: "true" }, words.afterwards), make("option", { value: "false" }, words.before)));
    }
    const type = typeof value === "number" ? "number" : "text";
    const input = make("input", { name, type, value, required: true });
    if (type === "number") {
      input.step = name === "http_status" ? "1" : "any";
      [input.min, input.max] = name === "http_status" ? ["200", "599"] : ["0", "86400"];
    }
    return make("label", {}, make("span", {}, words.fields[name]), input);
  }));
}

function drawSelects() {
  const keep = (select, options) => {
    // an open list must not be replaced while someone uses it
    const offered = JSON.stringify(options);
    if (select.offered === offered) return;
    select.offered = offered;
    const { value } = select;
    select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
    if (options.some(([known]) => known === value)) select.value = value;
  };
  keep($("filter-outcome"), [["", words.all], ...OUTCOMES.map((word) => [word, words.outcomes[word]])]);
  keep($("fault-kind"), Object.entries(FAULTS).map(([kind, fault]) => [kind, fault[language][0]]));
  keep($("fault-flow"), [["", words.anyFlow], ["token", words.tokenEndpoint], ...state.flows.map(({ name }) => [name, name])]);
  keep($("flow-names"), state.flows.map(({ name }) => [name, ""]));
}

function drawFaults() {
  $("faults").replaceChildren(...state.faults.map(({ endpoint, fault, flow, left }) => make("li", {},
    `${words.waitingFaults} ${left} × ${faultName(fault)} (${compactFault(fault)}), ${flow || (endpoint === "token" ? words.tokenEndpoint : words.anyFlow)}`)));
}

const flowPanels = new Map();

function drawFlows() {
  const to = $("flows");
  const names = new Set(state.flows.map(({ name }) => name));
  for (const [name, panel] of flowPanels) {
    if (!names.has(name)) { panel.element.remove(); flowPanels.delete(name); }
  }
  for (const flow of state.flows) {
    let panel = flowPanels.get(flow.name);
    if (!panel) {
      panel = flowPanel(flow.name);
      flowPanels.set(flow.name, panel);
      to.append(panel.element);
    }
    panel.draw(flow);
  }
  $("no-flows")?.remove();
  if (state.flows.length === 0) to.append(make("p", { id: "no-flows", className: "soft" }, words.noFlows));
}

function flowPanel(name) {
  const badge = make("span", { className: "chip" });
  const element = make("details", {}, make("summary", {}, `${name} `, badge));
  const contract = make("div");
  const area = make("textarea", { spellcheck: false });
  const save = make("button", { type: "button", className: "primary" });
  const restore = make("button", { type: "button" });
  const label = make("label", {}, make("span", {}), area);
  element.append(contract, label, make("div", { className: "buttons" }, save, restore));
  let shown = null; // what the emulator sent last; what the user has typed since is left alone
  save.onclick = async () => {
    if (await act("outputs", { flow: name, outputs: area.value })) { shown = null; toast(words.saved); }
  };
  restore.onclick = async () => {
    if (await act("outputs", { flow: name, outputs: null })) shown = null;
  };
  let drawn = "";
  const draw = (flow) => {
    const now = JSON.stringify([flow, language]);
    if (now === drawn) return;
    drawn = now;
    badge.textContent = flow.edited ? words.edited : flow.contract ? words.contract : flow.outputs ? "" : words.byCode;
    badge.hidden = !badge.textContent;
    badge.className = flow.edited ? "chip odd" : "chip";
    contract.replaceChildren(...(flow.contract ? [make("h3", { className: "soft" }, words.contract), box(flow.contract)] : []));
    label.firstChild.textContent = words.outputs;
    save.textContent = words.save;
    restore.textContent = words.restore;
    restore.disabled = !flow.edited;
    if (shown !== flow.outputs) {
      shown = flow.outputs;
      const node = read(flow.outputs || "{}");
      area.value = node ? indented(node) : flow.outputs;
    }
  };
  return { element, draw };
}

/** JSON on several lines, with nothing unfolded, for editing. */
function indented(node, indent = "") {
  const deeper = `${indent}  `;
  const all = (items, open, close) => (items.length ? `${open}\n${deeper}${items.join(`,\n${deeper}`)}\n${indent}${close}` : open + close);
  switch (node.kind) {
    case "object": return all(node.members.map(([name, value]) => `${JSON.stringify(name)}: ${indented(value, deeper)}`), "{", "}");
    case "array": return all(node.items.map((item) => indented(item, deeper)), "[", "]");
    default: return node.raw;
  }
}

function drawState() {
  $("counts").textContent = words.counts(state.runs, state.requests);
  $("exposed").hidden = !state.exposed;
  $("exposed").textContent = words.exposed;
  $("chaos-now").textContent = state.chaos ? words.chaosNow(Number((state.chaos.rate * 100).toFixed(2)), state.chaos.seed) : words.chaosNone;
  drawFaults();
  drawSelects();
  drawFlows();
  drawQuota();
  drawEmpty();
}

function drawAll() {
  words = WORDS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
  $("language").textContent = words.other;
  $("language").lang = words.otherLang;
  for (const call of calls.values()) draw(call);
  drawState();
  drawFaultForm();
  drawLive();
}

// ---- what the emulator says --------------------------------------------------------------------------------------

let live = false;

function drawLive() {
  $("live").textContent = live ? words.live : words.offline;
  $("live").classList.toggle("on", live);
}

let events = null;

/** Listens while the page is visible: a browser has six connections per host, and hidden pages need none. */
function follow() {
  events?.close();
  events = null;
  live = false;
  drawLive();
  if (document.hidden) return;
  events = new EventSource("/_emulator/events");
  events.onopen = () => { live = true; drawLive(); };
  events.onerror = ({ target }) => {
    live = false;
    drawLive();
    // most often it tries again by itself
    if (target.readyState === EventSource.CLOSED) setTimeout(() => { if (events === target) follow(); }, 2000);
  };
  events.onmessage = (event) => hear(JSON.parse(event.data));
}

function hear(news) {
  const { exchanges: changed, cleared, oldest, ...rest } = news;
  state = { ...rest, flows: rest.flows || state.flows };
  clockOffset = Date.now() - state.now;
  const touched = new Set(); // each is drawn once: a call may have hundreds of attempts
  if (cleared) {
    const kept = new Set(changed.map(({ log_id }) => log_id));
    for (const exchange of exchanges.values()) if (!kept.has(exchange.log_id)) touched.add(forget(exchange));
  }
  for (const exchange of changed) touched.add(add(exchange));
  for (const exchange of exchanges.values()) {
    if (exchange.log_id === oldest) break;
    touched.add(forget(exchange));
  }
  for (const call of touched) if (call.attempts.size > 0) draw(call);
  drawState();
}

// ---- what a person does ------------------------------------------------------------------------------------------

$("list").addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (!row) return;
  const { logId } = row.dataset;
  if (!opened.delete(logId)) opened.add(logId);
  draw(calls.get(callOf(exchanges.get(logId))));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    $("filter-flow").focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !typing && event.target.tagName !== "PRE") {
    if (event.target !== document.body && !$("list").contains(event.target)) return;
    const rows = [...document.querySelectorAll(".row")].filter((row) => row.offsetParent);
    const { logId } = event.target.closest("[data-log-id]")?.dataset || {};
    const at = rows.findIndex((row) => row.dataset.logId === logId);
    const next = rows[at < 0 ? 0 : at + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) { event.preventDefault(); next.focus(); }
  }
});

for (const event of ["input", "change"]) $("filter").addEventListener(event, filter);
$("filter").addEventListener("submit", (event) => event.preventDefault());
$("clear").onclick = () => act("clear");
$("reset").onclick = () => act("reset");
$("clear-faults").onclick = () => act("clear-faults");
$("fault-kind").onchange = drawFaultForm;

$("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  const fault = { kind: $("fault-kind").value };
  for (const field of $("fault-fields").querySelectorAll("input, select")) {
    fault[field.name] = field.name === "after" ? field.value === "true" : field.type === "number" ? Number(field.value) : field.value;
  }
  const of = $("fault-flow").value;
  act("inject", {
    endpoint: of === "token" ? "token" : "execute", fault, flow: of && of !== "token" ? of : null, times: Number($("fault-times").value),
  });
});

$("chaos").addEventListener("submit", (event) => {
  event.preventDefault();
  act("chaos", { rate: Number($("chaos-rate").value) / 100, seed: $("chaos-seed").value });
});
$("chaos-off").onclick = () => act("chaos", { rate: 0 });

$("language").onclick = () => {
  language = words.otherLang;
  try { localStorage.setItem("language", language); } catch { /* for this visit only */ }
  drawAll();
};

document.addEventListener("visibilitychange", follow);

drawAll();
follow();
setInterval(drawQuota, 1000);
