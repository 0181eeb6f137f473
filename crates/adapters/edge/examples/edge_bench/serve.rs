//! A server that answers from memory: `/large` with 10 KiB, `/socket` by echoing, everything else with 128 bytes.

use std::io::{self, Write as _};
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Serves until standard input ends.
pub async fn serve() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut out = io::stdout();
    writeln!(out, "{}", listener.local_addr()?)?;
    out.flush()?;
    let input_ended = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin().lock(), &mut io::sink()));
    let answers = Arc::new([answer(128), answer(10 * 1024)]);
    let accept = async {
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(converse(stream, answers.clone()));
        }
    };
    tokio::select! {
        ended = input_ended => ended.map_err(io::Error::other)?.map(|_| String::new()),
        failed = accept => failed,
    }
}

fn answer(length: usize) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    answer.resize(answer.len() + length, b'x');
    answer
}

/// Requests have no body, or one that comes with its head.
async fn converse(mut stream: TcpStream, answers: Arc<[Vec<u8>; 2]>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = vec![0; 16 * 1024];
    let mut kept = 0;
    loop {
        let read = stream.read(&mut bytes[kept..]).await?;
        if read == 0 {
            return Ok(());
        }
        kept += read;
        while let Some(end) = memchr::memmem::find(&bytes[..kept], b"\r\n\r\n") {
            let head = &bytes[..end];
            if head.starts_with(b"GET /socket") {
                let switching = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
                stream.write_all(switching).await?;
                return echo(stream).await;
            }
            let answer = &answers[usize::from(head.starts_with(b"GET /large"))];
            stream.write_all(answer).await?;
            bytes.copy_within(end + 4..kept, 0);
            kept -= end + 4;
        }
    }
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut bytes = vec![0; 4096];
    loop {
        let read = stream.read(&mut bytes).await?;
        if read == 0 {
            return Ok(());
        }
        stream.write_all(&bytes[..read]).await?;
    }
}
