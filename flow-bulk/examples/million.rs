//! How fast a run is without a quota, and how much it takes: `cargo run --release -p apaas-flow-bulk --example million -- 1000000 256`
//!
//! The arguments are the number of rows and of calls under way. The platform is a process of its own that answers all
//! requests alike, so that the memory shown is the run's.

use std::env;
use std::error::Error;
use std::process::{Command, Stdio};
use std::time::Instant;

use apaas_flow::{Client, Execution, Operator, Quota, apaas_flow};
use apaas_flow_bulk::{Bulk, Journal, Row};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Moves one order.
#[apaas_flow(namespace = "package_bulk__c", flow_id = "move_0a1b2c3d4e")]
struct Move {
    #[input("variable_order")]
    order: i64,
    #[output("variable_ok")]
    ok: bool,
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "serve") {
        return serve().await;
    }
    let number = |at: usize, usual: u32| {
        arguments
            .get(at)
            .map_or(Ok(usual), |argument| argument.parse())
    };
    let (rows, concurrency) = (number(0, 100_000)?, number(1, 256)?);

    let mut platform = Command::new(env::current_exe()?)
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut url = String::new();
    if let Some(stdout) = platform.stdout.take() {
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut url)?;
    }
    let client = Client::builder()
        .app_credentials("cli_bulk", "secret")
        .operator(Operator::id(1111))
        .base_url(url.trim())
        .quota(Quota::UNLIMITED)
        .build()?;
    let folder = env::temp_dir().join(format!("apaas-flow-million-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("journal.db");
    let journal = Journal::open(&file)?;

    let begun = Instant::now();
    let report = Bulk::new(&client, &journal)
        .concurrency(concurrency as usize)
        .on_ran(|row: &str, run: &Execution<MoveOutput>| {
            if !run.output.ok {
                eprintln!("{row} was not moved");
            }
        })
        .run((0..rows).map(|order| {
            Row::new(
                format!("migrate-{order}"),
                Move {
                    order: i64::from(order),
                },
            )
        }))
        .await?;
    let seconds = begun.elapsed().as_secs_f64();
    drop(journal);
    println!("{report}");
    println!(
        "{:.0} rows a second; {} bytes a row in the journal; peak memory {}",
        f64::from(rows) / seconds,
        std::fs::metadata(&file)?.len() / u64::from(rows.max(1)),
        memory()
    );
    platform.kill()?;
    platform.wait()?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// The most memory that the process had, if the system reports it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map_or_else(|| "unknown".to_owned(), |size| size.trim().to_owned())
}

const TOKEN: &str = r#"{"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7200}"#;

const RUN: &str = r#"{"code":0,"msg":"","data":{"status":"end","execution_id":"1816970091484211","out_params":"[{\"api_name\":\"variable_ok\",\"value\":true}]"}}"#;

async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (connection, _) = listener.accept().await?;
        tokio::spawn(async move {
            // the client goes away when it is done
            let _ = answer(connection).await;
        });
    }
}

async fn answer(connection: TcpStream) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut connection = BufReader::new(connection);
    let mut line = String::new();
    let mut body = Vec::new();
    loop {
        let (mut reply, mut length) = (RUN, 0);
        loop {
            line.clear();
            if connection.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if line.contains("tenant_access_token") {
                reply = TOKEN;
            }
            if let Some((name, value)) = line.split_once(':') {
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().unwrap_or(0);
                }
            } else if line.trim().is_empty() {
                break;
            }
        }
        body.resize(length, 0);
        connection.read_exact(&mut body).await?;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{reply}",
            reply.len()
        );
        connection.write_all(head.as_bytes()).await?;
    }
}
