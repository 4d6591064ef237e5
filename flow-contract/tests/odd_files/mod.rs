//! Files that a contract may turn out to be, and what is said of each. All who read contracts go through this table:
//! what one of them refuses, the others refuse, in the same words.

/// The text of each, and what is wrong with it, in the order of the file.
pub(crate) fn odd_files() -> Vec<(String, Vec<&'static str>)> {
    let mut files: Vec<(String, Vec<&str>)> = FILES
        .iter()
        .map(|(text, mistakes)| ((*text).to_owned(), mistakes.to_vec()))
        .collect();
    let inside = |depth| {
        let open = r#"{"type":"array","items":"#.repeat(depth);
        format!(r#"{{"outputs":{{"a":{open}{{}}{}}}}}"#, "}".repeat(depth))
    };
    let nested = |depth| format!("{{\"note\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
    files.push((inside(49), vec![]));
    files.push((
        inside(9999),
        vec!["1:2353: nested more than 100 levels deep"],
    ));
    files.push((nested(99), vec![]));
    files.push((nested(100), vec!["1:109: nested more than 100 levels deep"]));
    files.push((
        nested(9999),
        vec!["1:109: nested more than 100 levels deep"],
    ));
    files
}

const FILES: &[(&str, &[&str])] = &[
    // nothing in it, or as an editor may write it
    ("{}", &[]),
    (" {\r\n}\r\n", &[]),
    ("\u{feff}{}", &[]),
    (
        "\u{feff}\u{feff}{}",
        &["1:1: expected a value, found `\\u{feff}`"],
    ),
    (r#"{"inputs": {}, "outputs": {}, "conflicts": []}"#, &[]),
    // not JSON: one mistake, since nothing behind it can be trusted
    ("", &["1:1: expected a value, found the end of the file"]),
    (
        "{",
        &["1:2: expected a key in double quotes, found the end of the file"],
    ),
    (
        "{\n\"outputs\": {\"流\": {}\n",
        &["3:1: expected `,` or `}`, found the end of the file"],
    ),
    ("{\n\"流\": {},\n}", &["2:8: a comma before `}`; remove it"]),
    (
        "{\n  // why\n}",
        &["2:3: JSON has no comments; say it in a `description`"],
    ),
    (
        "{'inputs': {}}",
        &["1:2: expected a key in double quotes, found `'`"],
    ),
    ("{} {}", &["1:4: expected the end of the file, found `{`"]),
    (
        "{\"outputs\": {\"流程\": {\"optional\": True}}}",
        &["1:33: expected a value, found `True`"],
    ),
    (
        "{\"description\": \"流\n\"}",
        &["1:17: a string without its closing quote"],
    ),
    (
        "{\"description\": \"流\t\"}",
        &["1:19: a string may not contain `\\u{9}`"],
    ),
    (
        r#"{"inputs": {"\ud800": {}}}"#,
        &["1:14: an escape that is not a Unicode character"],
    ),
    (r#"{"note": 01}"#, &["1:10: invalid number"]),
    (r#"{"note": 1e999, "x": -0}"#, &[]),
    // not an object where one must be
    (
        "[]",
        &["1:1: expected a contract to be an object, found an array"],
    ),
    (
        "\n null",
        &["2:2: expected a contract to be an object, found null"],
    ),
    (
        r#"{"inputs": [], "outputs": null}"#,
        &[
            "1:12: expected `inputs` to be an object, found an array",
            "1:27: expected `outputs` to be an object, found null",
        ],
    ),
    (
        r#"{"outputs": {"a": "text", "b": 5, "c": null}}"#,
        &[
            "1:19: expected `a` to be an object, found a string",
            "1:32: expected `b` to be an object, found a number",
            "1:40: expected `c` to be an object, found null",
        ],
    ),
    // of the wrong type
    (
        r#"{"partial": 1, "description": 5, "conflicts": {}}"#,
        &[
            "1:13: expected `partial` to be `true` or `false`, found a number",
            "1:31: expected `description` to be a string, found a number",
            "1:47: expected `conflicts` to be an array, found an object",
        ],
    ),
    (
        r#"{"inputs": {"a": {"required": "yes", "optional": null, "description": []}}}"#,
        &[
            "1:31: expected `required` to be `true` or `false`, found a string",
            "1:50: expected `optional` to be `true` or `false`, found null",
            "1:71: expected `description` to be a string, found an array",
        ],
    ),
    (
        r#"{"outputs": {"a": {"type": null}, "b": {"type": ["text"]}, "c": {"type": true}}}"#,
        &[
            "1:28: expected `type` to be a string, found null",
            "1:49: expected `type` to be a string, found an array",
            "1:74: expected `type` to be a string, found a boolean",
        ],
    ),
    (
        r#"{"inputs": {"a": {"several": 2}}, "outputs": {"b": {"type": "option", "several": "true"}, "c": {"several": null}}}"#,
        &[
            "1:30: expected `several` to be `true` or `false`, found a number",
            "1:82: expected `several` to be `true` or `false`, found a string",
            "1:108: expected `several` to be `true` or `false`, found null",
        ],
    ),
    (
        r#"{"outputs": {"a": {"type": "option", "several": true}, "b": {"several": true}, "c": {"type": "integer", "several": false}}}"#,
        &[],
    ),
    // what is inside
    (
        r#"{"outputs": {"a": {"type": "array", "items": {"type": "object", "fields": {"sku": {"type": "text"}, "typ": {}}}}}, "inputs": {"b": {"fields": {}, "type": "object", "several": true}}}"#,
        &[],
    ),
    (
        r#"{"outputs": {"a": {"type": "array", "item": {}, "items": {"type": "object", "field": 1, "fields": {"sku": {"typ": "text"}}}}}}"#,
        &[
            "1:37: unknown key `item`; did you mean `items`?",
            "1:77: unknown key `field`; did you mean `fields`?",
            "1:108: unknown key `typ`; did you mean `type`?",
        ],
    ),
    (
        r#"{"outputs": {"a": {"type": "array", "items": [], "b": 1}, "c": {"type": "object", "fields": {"d": {"type": "txt"}}}}}"#,
        &[
            "1:46: expected `items` to be an object, found an array",
            "1:108: unknown type `txt`; did you mean `text`?",
        ],
    ),
    (
        r#"{"outputs": {"a": {"type": "text", "items": {}}, "b": {"fields": {}}, "c": {"fields": {}, "type": "array"}, "d": {"type": "arry", "items": {}}}}"#,
        &[
            "1:45: `items` says what is inside an `array`, and this is `text`; say `\"type\": \"array\"`, or remove it",
            "1:66: `fields` says what is inside an `object`, and this has no `type`; say `\"type\": \"object\"`, or remove it",
            "1:87: `fields` says what is inside an `object`, and this is `array`; say `\"type\": \"object\"`, or remove it",
            "1:123: unknown type `arry`; did you mean `array`?",
        ],
    ),
    // types that do not exist
    (
        r#"{"outputs": {"a": {"type": "strnig"}, "b": {"type": "Text"}, "c": {"type": "datetimes"}}}"#,
        &[
            "1:28: unknown type `strnig`; did you mean `string`?",
            "1:53: unknown type `Text`; did you mean `text`?",
            "1:76: unknown type `datetimes`; did you mean `datetime`?",
        ],
    ),
    (
        r#"{"outputs": {"a": {"type": "uuid"}, "b": {"type": ""}}}"#,
        &[
            "1:28: unknown type `uuid`; the types are `text`, `string`, `integer`, `number`, `boolean`, `bigint`, `decimal`, `date`, `datetime`, `option`, `multilingual`, `lookup`, `phone`, `region`, `avatar`, `attachment`, `richtext`, `array`, `object` and `any`",
            "1:51: unknown type ``; the types are `text`, `string`, `integer`, `number`, `boolean`, `bigint`, `decimal`, `date`, `datetime`, `option`, `multilingual`, `lookup`, `phone`, `region`, `avatar`, `attachment`, `richtext`, `array`, `object` and `any`",
        ],
    ),
    (r#"{"outputs": {"a": {"type": "\u0074ext"}}}"#, &[]),
    // duplicate keys
    (
        "{\"inputs\": {},\n \"inputs\": {}}",
        &["2:2: duplicate key `inputs`, first in line 1; remove one"],
    ),
    (
        "{\"outputs\": {\n  \"流\": {\"type\": \"text\", \"type\": \"text\"},\n  \"\\u6d41\": {}, \"流\": {}\n}}",
        &[
            "2:25: duplicate key `type`, first in line 2; remove one",
            "3:3: duplicate key `流`, first in line 2; remove one",
            "3:17: duplicate key `流`, first in line 2; remove one",
        ],
    ),
    (
        r#"{"note": 1, "note": 2}"#,
        &["1:13: duplicate key `note`, first in line 1; remove one"],
    ),
    // keys of ours that are misspelt
    (
        r#"{"output": {}, "Inputs": {"a": 5}, "partail": true, "descripton": "", "conflict": []}"#,
        &[
            "1:2: unknown key `output`; did you mean `outputs`?",
            "1:16: unknown key `Inputs`; did you mean `inputs`?",
            "1:36: unknown key `partail`; did you mean `partial`?",
            "1:53: unknown key `descripton`; did you mean `description`?",
            "1:71: unknown key `conflict`; did you mean `conflicts`?",
        ],
    ),
    (
        r#"{"outputs": {"a": {"severals": true, "sveral": 1, "Several": 1}, "several": {"several": true, "several": true}}}"#,
        &[
            "1:20: unknown key `severals`; did you mean `several`?",
            "1:38: unknown key `sveral`; did you mean `several`?",
            "1:51: unknown key `Several`; did you mean `several`?",
            "1:95: duplicate key `several`, first in line 1; remove one",
        ],
    ),
    (
        r#"{"outputs": {"a": {"typ": "text", "requird": true, "Optional": 1, "types": []}}}"#,
        &[
            "1:20: unknown key `typ`; did you mean `type`?",
            "1:35: unknown key `requird`; did you mean `required`?",
            "1:52: unknown key `Optional`; did you mean `optional`?",
            "1:67: unknown key `types`; did you mean `type`?",
        ],
    ),
    // keys of a person's own, and api names that only look like keys
    (
        r#"{"owner": 1, "in": 2, "$schema": 3, "outputs": {"a": {"description_zh": "", "unit": 1, "note": {"typ": 1}}}}"#,
        &[],
    ),
    (
        r#"{"inputs": {"typ": {}, "input": {}}, "outputs": {"outputs": {}, "requird": {}}}"#,
        &[],
    ),
    // notes that are not the recorder's
    (
        r#"{"conflicts": [5, {}, "b", {"output": "a"}, {"output": 1, "contract": "text", "reply": "null"}]}"#,
        &[],
    ),
    // everything at once
    (
        "{\n \"partial\": 1,\n \"inputs\": [],\n \"outputs\": {\n  \"流\": {\"type\": \"strnig\"},\n  \"流\": {\"optional\": \"no\"}, \"b\": {\"type\": \"deciml\"},\n  \"c\": \"text\", \"d\": {\"description\": 5},\n  \"e\": {\"required\": 0, \"requred\": true}\n }\n}",
        &[
            "2:13: expected `partial` to be `true` or `false`, found a number",
            "3:12: expected `inputs` to be an object, found an array",
            "5:17: unknown type `strnig`; did you mean `string`?",
            "6:3: duplicate key `流`, first in line 5; remove one",
            "6:21: expected `optional` to be `true` or `false`, found a string",
            "6:42: unknown type `deciml`; did you mean `decimal`?",
            "7:8: expected `c` to be an object, found a string",
            "7:37: expected `description` to be a string, found a number",
            "8:21: expected `required` to be `true` or `false`, found a number",
            "8:24: unknown key `requred`; did you mean `required`?",
        ],
    ),
];
