//! The proxies that are measured, each set up for the same work: one thread, kept connections on both sides, TLS, WebSockets.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use callsheet_edge::{EdgeClient, EdgeConfig, Listener, Route, Tls, socket};
use callsheet_rollout::{InstanceId, Member, Pool, Routing, TrafficControl as _};
use callsheet_traffic::Weight;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::edge::pinned;

/// What all are given.
pub struct Setting<'s> {
    /// Certificates, and room for configurations.
    pub folder: &'s Path,
    /// What is behind them.
    pub server: SocketAddr,
    /// Our program.
    pub edge: &'s Path,
}

/// One proxy, running. Ends with this value.
pub struct Proxy {
    pub name: &'static str,
    pub plain: SocketAddr,
    pub tls: SocketAddr,
    child: Child,
    switched: Switched,
}

/// How it is told of another back end.
enum Switched {
    /// By its control socket.
    Told(PathBuf),
    /// By its configuration and a signal.
    Reloaded { file: PathBuf, text: String },
    /// By its configuration and its own program.
    Asked { file: PathBuf, text: String },
    /// Not measured here.
    Not,
}

/// The processor that proxies have for themselves.
const PROXIES: &str = "0";

fn free() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0").context("no port is free")?.local_addr()?)
}

fn nginx(plain: SocketAddr, tls: SocketAddr, server: &str, folder: &Path) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("  {kind}_temp_path {folder}/nginx-{kind};\n"))
        .concat();
    format!(
        "worker_processes 1;\ndaemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log warn;\n\
         events {{ worker_connections 20000; }}\nhttp {{\n  access_log off;\n  keepalive_requests 100000000;\n{temporary}\
         \x20 upstream server {{ server {server}; keepalive 128; keepalive_requests 100000000; }}\n\
         \x20 proxy_http_version 1.1;\n  ssl_certificate {folder}/certificate.pem;\n  ssl_certificate_key {folder}/key.pem;\n\
         \x20 server {{\n    listen {plain} backlog=4096;\n    listen {tls} ssl backlog=4096;\n\
         \x20   location / {{ proxy_set_header Connection \"\"; proxy_pass http://server; }}\n\
         \x20   location /socket {{ proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; proxy_pass http://server; }}\n\
         \x20 }}\n}}\n"
    )
}

fn haproxy(plain: SocketAddr, tls: SocketAddr, server: SocketAddr, folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "global\n  nbthread 1\n  maxconn 8000\n  ssl-default-bind-options ssl-min-ver TLSv1.2\ndefaults\n  mode http\n\
         \x20 timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n  timeout tunnel 60s\n  option http-keep-alive\n\
         \x20 http-reuse always\nfrontend all\n  bind {plain}\n  bind {tls} ssl crt {folder}/both.pem alpn http/1.1\n\
         \x20 default_backend server\nbackend server\n  server one {server}\n"
    )
}

fn caddy(plain: SocketAddr, tls: SocketAddr, folder: &Path) -> String {
    let folder = folder.display();
    let site = "  bind 127.0.0.1\n  reverse_proxy SERVER\n";
    format!(
        "{{\n  admin unix/{folder}/caddy.socket\n  auto_https off\n  default_sni shop.test\n}}\n\
         http://:{} {{\n{site}}}\nhttps://:{} {{\n  tls {folder}/certificate.pem {folder}/key.pem\n{site}}}\n",
        plain.port(),
        tls.port(),
    )
}

impl Proxy {
    /// Ours, with everything counted per release.
    pub fn edge(setting: &Setting) -> anyhow::Result<Proxy> {
        let state = setting.folder.join("edge");
        let (plain, tls) = (free()?, free()?);
        let mut command = pinned(setting.edge, PROXIES);
        let child = spawn(command.args(["edge", "run", "--state"]).arg(&state))?;
        let mut client = EdgeClient::new(&socket(&state));
        within("the edge answers", || client.status().is_ok())?;
        let files = |name: &str| setting.folder.join(name);
        let (certificate, key) = (files("certificate.pem"), files("key.pem"));
        let listener = |address, tls| Listener { address, tls, trust_forwarded: false };
        let config = EdgeConfig {
            listeners: vec![listener(plain, None), listener(tls, Some(Tls { certificate, key, hsts: None }))],
            routes: vec![Route::all_of("bench")],
            ..EdgeConfig::default()
        };
        client.configure(&config)?;
        let proxy = Proxy { name: "Callsheet", plain, tls, child, switched: Switched::Told(socket(&state)) };
        proxy.switch(setting.server)?;
        Ok(proxy)
    }

    /// nginx, with its master, as it is reloaded.
    pub fn nginx(setting: &Setting) -> anyhow::Result<Proxy> {
        let (plain, tls) = (free()?, free()?);
        let text = nginx(plain, tls, "SERVER", setting.folder);
        let file = setting.folder.join("nginx.conf");
        std::fs::write(&file, text.replace("SERVER", &setting.server.to_string()))?;
        let mut command = pinned(Path::new("nginx"), PROXIES);
        let child = spawn(command.arg("-c").arg(&file).arg("-e").arg(setting.folder.join("nginx.log")))?;
        within("nginx listens", || TcpStream::connect(plain).is_ok())?;
        Ok(Proxy { name: "nginx", plain, tls, child, switched: Switched::Reloaded { file, text } })
    }

    /// HAProxy.
    pub fn haproxy(setting: &Setting) -> anyhow::Result<Proxy> {
        let (plain, tls) = (free()?, free()?);
        let file = setting.folder.join("haproxy.cfg");
        std::fs::write(&file, haproxy(plain, tls, setting.server, setting.folder))?;
        let child = spawn(pinned(Path::new("haproxy"), PROXIES).arg("-db").arg("-f").arg(&file))?;
        within("HAProxy listens", || TcpStream::connect(plain).is_ok())?;
        Ok(Proxy { name: "HAProxy", plain, tls, child, switched: Switched::Not })
    }

    /// Caddy.
    pub fn caddy(setting: &Setting) -> anyhow::Result<Proxy> {
        let (plain, tls) = (free()?, free()?);
        let text = caddy(plain, tls, setting.folder);
        let file = setting.folder.join("Caddyfile");
        std::fs::write(&file, text.replace("SERVER", &setting.server.to_string()))?;
        let mut command = pinned(Path::new("caddy"), PROXIES);
        command.arg("run").arg("--adapter").arg("caddyfile").arg("--config").arg(&file);
        // It keeps its state where these say, and tells everything it does.
        command.env("XDG_CONFIG_HOME", setting.folder).env("XDG_DATA_HOME", setting.folder).env("GOMAXPROCS", "1");
        let child = spawn(command.stderr(Stdio::null()))?;
        within("Caddy listens", || TcpStream::connect(plain).is_ok())?;
        Ok(Proxy { name: "Caddy", plain, tls, child, switched: Switched::Asked { file, text } })
    }

    /// Whether [`Proxy::switch`] is measured.
    pub fn can_switch(&self) -> bool {
        !matches!(self.switched, Switched::Not)
    }

    /// All requests go to another server from now on.
    pub fn switch(&self, server: SocketAddr) -> anyhow::Result<()> {
        match &self.switched {
            Switched::Told(socket) => {
                let member = Member { id: InstanceId(server.to_string()), address: server };
                let stable = Pool { version: server.to_string(), members: vec![member], check: None };
                let routing = Routing {
                    service: "bench".to_owned(),
                    stable,
                    canary: None,
                    weight: Weight::NONE,
                    held: false,
                    lease: None,
                };
                Ok(EdgeClient::new(socket).apply(&routing)?)
            }
            Switched::Reloaded { file, text } => {
                std::fs::write(file, text.replace("SERVER", &server.to_string()))?;
                kill_process(Pid::from_child(&self.child), Signal::HUP).context("nginx is not there")
            }
            Switched::Asked { file, text } => {
                std::fs::write(file, text.replace("SERVER", &server.to_string()))?;
                let mut command = Command::new("caddy");
                command.arg("reload").arg("--adapter").arg("caddyfile").arg("--config").arg(file);
                let told = command.output().context("cannot start caddy")?;
                anyhow::ensure!(told.status.success(), "Caddy: {}", String::from_utf8_lossy(&told.stderr));
                Ok(())
            }
            Switched::Not => bail!("{} is not switched here", self.name),
        }
    }

    /// Processor time of it and its workers so far.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let ticks = self.processes()?.iter().map(|&pid| ticks(pid)).sum::<anyhow::Result<u64>>()?;
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Memory of it and its workers, without what they share being counted twice by more than their code.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        let mut kib = 0;
        for pid in self.processes()? {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
            let line = status.lines().find(|line| line.starts_with("VmRSS")).context("a process has no memory")?;
            kib += line.split_whitespace().nth(1).context("no figure")?.parse::<u64>()?;
        }
        Ok(kib as f64 / 1024.0)
    }

    fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let own = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        let children = children.split_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>()?;
        Ok([vec![own], children].concat())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // One that has ended already needs neither.
        let _ended = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _reaped = self.child.wait();
    }
}

/// User and system time in hundredths of a second.
fn ticks(pid: u32) -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit_once(')').context("a process has no name")?.1;
    let fields = after_name.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Ok(fields.sum::<Result<u64, _>>()?)
}

fn spawn(command: &mut Command) -> anyhow::Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().with_context(|| format!("cannot start {command:?}"))
}

fn within(what: &str, mut is_so: impl FnMut() -> bool) -> anyhow::Result<()> {
    let until = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        if Instant::now() > until {
            bail!("not within ten seconds: {what}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
