//! The processes that are measured.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

/// A server in its own process, which ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(crate) ready: Duration,
}

/// The memory of a process, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// Pages that are mapped, once for every mapping (RSS).
    pub(crate) resident: u64,
    /// Pages that are mapped, each once however often it is mapped (PSS).
    pub(crate) proportional: u64,
}

/// What a process has used since its start.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    /// Processor time in the process itself.
    pub(crate) user: Duration,
    /// Processor time in the kernel, on behalf of the process.
    pub(crate) system: Duration,
    /// Page faults that needed no disk.
    pub(crate) faults: u64,
}

impl Usage {
    /// That of a process; `self` is this one.
    pub(crate) fn of(process: &str) -> anyhow::Result<Self> {
        /// Ticks are hundredths of a second to every program on Linux (USER_HZ).
        const TICK: Duration = Duration::from_millis(10);
        let file = format!("/proc/{process}/stat");
        let text = std::fs::read_to_string(&file)?;
        // After the name in parentheses, which may hold blanks. By proc(5), minflt, utime and stime are the fields 10, 14
        // and 15 of all.
        let (_, fields) = text.rsplit_once(')').with_context(|| file.clone())?;
        let fields: Vec<_> = fields.split_whitespace().collect();
        let field = |number: usize| -> anyhow::Result<u32> {
            Ok(fields.get(number - 3).with_context(|| file.clone())?.parse()?)
        };
        Ok(Self { user: TICK * field(14)?, system: TICK * field(15)?, faults: field(10)?.into() })
    }

    /// What was used after `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
            faults: self.faults.saturating_sub(earlier.faults),
        }
    }
}

impl Server {
    /// A component in the host, with this resolver.
    pub(crate) fn host(component: &str, reuse: usize, resolver: &Server) -> anyhow::Result<Self> {
        Self::start(Self::command(component, reuse, resolver)?)
    }

    /// The same, with this variable.
    pub(crate) fn with(component: &str, variable: &str, resolver: &Server) -> anyhow::Result<Self> {
        let mut command = Self::command(component, 128, resolver)?;
        command.args(["--variable", variable]);
        Self::start(command)
    }

    /// The same, with names for `perf`.
    pub(crate) fn profiled(component: &str, reuse: usize, resolver: &Server) -> anyhow::Result<Self> {
        let mut command = Self::command(component, reuse, resolver)?;
        command.arg("--perf");
        Self::start(command)
    }

    fn command(component: &str, reuse: usize, resolver: &Server) -> anyhow::Result<Command> {
        let component = self::component(component)?;
        let mut command = sibling("host")?;
        command
            .arg("--component")
            .arg(component)
            .args(["--listen", "127.0.0.1:0", "--variable", "dns_timeout_ms=30000"])
            .args(["--variable", &format!("doh_primary=http://{}", resolver.address)])
            .args(["--variable", &format!("doh_fallback=http://{}", resolver.address)])
            .args(["--instance-reuse", &reuse.to_string()]);
        Ok(command)
    }

    /// The tests' resolver.
    pub(crate) fn doh(delay: Duration) -> anyhow::Result<Self> {
        let mut command = sibling("doh")?;
        command.args(["--listen", "127.0.0.1:0", "--delay-ms", &delay.as_millis().to_string()]);
        Self::start(command)
    }

    fn start(mut command: Command) -> anyhow::Result<Self> {
        let start = Instant::now();
        // Backtraces are captured with each error, and would be measured, too.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        // Components print to the host's standard error.
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = process.stdout.take().context("the server's output is not piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().trim_start_matches("Serving http://").trim_end_matches("/dns-query").parse();
        let address = address.with_context(|| format!("{command:?} said {line:?}"))?;
        let mut server = Self { process, address, ready: Duration::ZERO };
        server.ask()?;
        server.ready = start.elapsed();
        Ok(server)
    }

    /// How many queries the resolver has received.
    pub(crate) fn queries(&self) -> anyhow::Result<u64> {
        let answer = self.get("/queries")?;
        let count = answer.rsplit_once("\r\n\r\n").map(|(_, body)| body.trim().parse());
        count.with_context(|| format!("{} answered {answer:?}", self.address))?.context("no count of queries")
    }

    /// Sends a request, and waits for any answer.
    fn ask(&self) -> anyhow::Result<()> {
        let answer = self.get("/health")?;
        ensure!(answer.starts_with("HTTP/1.1 "), "{} answered {answer:?}", self.address);
        Ok(())
    }

    /// POSTs a batch of these addresses: the time to the first of the answer's body, and to the last.
    pub(crate) fn batch(&self, accept: &str, addresses: &str) -> anyhow::Result<[Duration; 2]> {
        let mut connection = TcpStream::connect(self.address)?;
        let start = Instant::now();
        // In one segment, as buffered clients send it.
        let request = format!(
            "POST /batch HTTP/1.1\r\nHost: bench\r\nAccept: {accept}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n\
             {addresses}",
            addresses.len()
        );
        connection.write_all(request.as_bytes())?;
        let mut answer = BufReader::new(connection);
        let mut line = String::new();
        answer.read_line(&mut line)?;
        ensure!(line.starts_with("HTTP/1.1 200 "), "{} answered {line:?}", self.address);
        while line != "\r\n" {
            line.clear();
            ensure!(answer.read_line(&mut line)? > 0, "{} sent half a head", self.address);
        }
        let mut body = vec![0];
        answer.read_exact(&mut body)?;
        let first = start.elapsed();
        answer.read_to_end(&mut body)?;
        Ok([first, start.elapsed()])
    }

    fn get(&self, path: &str) -> anyhow::Result<String> {
        let mut connection = TcpStream::connect(self.address)?;
        write!(connection, "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// What the process has used so far.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        Usage::of(&self.process.id().to_string())
    }

    /// The memory of the process now.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let file = format!("/proc/{}/smaps_rollup", self.process.id());
        let text = std::fs::read_to_string(&file)?;
        let field = |name: &str| -> anyhow::Result<u64> {
            let line = text.lines().find(|line| line.starts_with(name));
            let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).context(file.clone())?;
            Ok(kilobytes.parse::<u64>()? * 1024)
        };
        Ok(Memory { resident: field("Rss:")?, proportional: field("Pss:")? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait().map(drop)) {
            eprintln!("{}: {error}", self.address);
        }
    }
}

/// The file of a component.
pub(crate) fn component(name: &str) -> anyhow::Result<PathBuf> {
    let file = PathBuf::from("target/wasm32-wasip2/release").join(name);
    ensure!(file.is_file(), "{} is missing: run `make bench`", file.display());
    Ok(file)
}

/// A program of this crate, in the same folder as this one.
fn sibling(name: &str) -> anyhow::Result<Command> {
    let program = std::env::current_exe()?.with_file_name(name);
    ensure!(Path::new(&program).is_file(), "{} is missing: run `make bench`", program.display());
    Ok(Command::new(program))
}
