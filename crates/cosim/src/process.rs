//! Runs a process to its end, or to a limit of time.

use std::io::{self, Read};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long output is waited for after the process itself has ended; a grandchild may hold on to
/// it for longer.
const LINGER: Duration = Duration::from_secs(5);

/// The longest pause between two looks at the process.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs a command without input and captures what it prints; none where it did not end in time
/// and was stopped.
///
/// # Errors
/// When it cannot be started or waited for.
pub fn run(command: &mut Command, limit: Duration) -> io::Result<Option<Output>> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = gather(child.stdout.take());
    let stderr = gather(child.stderr.take());
    let Some(status) = wait(&mut child, limit)? else {
        child.kill()?;
        child.wait()?;
        return Ok(None);
    };
    let text = |receiver: Receiver<Vec<u8>>| receiver.recv_timeout(LINGER).unwrap_or_default();
    Ok(Some(Output {
        status,
        stdout: text(stdout),
        stderr: text(stderr),
    }))
}

/// Reads a stream to its end beside the process, so that neither waits for the other.
fn gather(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = vec![];
        if let Some(mut stream) = stream {
            // What came before an error is what there is.
            let _ = stream.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_and_status_are_captured() {
        let mut command = Command::new("ls");
        command.arg("/nowhere/at/all");
        let output = run(&mut command, Duration::from_secs(60)).unwrap().unwrap();
        assert!(!output.status.success());
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }

    #[test]
    fn what_does_not_end_is_stopped() {
        let mut command = Command::new("sleep");
        command.arg("600");
        let start = Instant::now();
        let output = run(&mut command, Duration::from_millis(50)).unwrap();
        assert!(output.is_none() && start.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn long_output_does_not_block() {
        let mut command = Command::new("seq");
        command.arg("200000");
        let output = run(&mut command, Duration::from_secs(60)).unwrap().unwrap();
        assert!(output.stdout.ends_with(b"200000\n"));
    }
}
