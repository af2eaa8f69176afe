package io.rebalancer.adm.page;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One bash session. Variables, the working directory and background processes last until it is closed. */
final class Shell implements AutoCloseable {
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(3);

    private final Path command;
    private final Path out;
    private final Path err;
    private final Process process;
    private final Writer input;
    private final BufferedReader codes;
    private final Thread killer = new Thread(this::killProcesses, "kill-shell");

    /**
     * How a command ended.
     *
     * @param err empty if standard error was joined with {@code out}
     */
    record Result(int code, String out, String err) {}

    /**
     * Starts the session.
     *
     * @param work directory for the files of this class
     * @param home the home directory and the first working directory of the session
     * @param variables added to the environment of this process; variables of the rebalancer are removed from it
     */
    Shell(Path work, Path home, Map<String, String> variables) throws IOException {
        command = work.resolve("command");
        out = work.resolve("out");
        err = work.resolve("err");
        ProcessBuilder start = new ProcessBuilder("bash", "--noprofile", "--norc")
                .directory(home.toFile())
                .redirectErrorStream(true);
        start.environment().keySet().removeIf(name -> name.startsWith("REBALANCER_") || name.startsWith("XDG_"));
        start.environment().putAll(variables);
        start.environment().put("HOME", home.toString());
        process = start.start();
        Runtime.getRuntime().addShutdownHook(killer);
        input = process.outputWriter(StandardCharsets.UTF_8);
        codes = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Runs a command in the session.
     *
     * @param joined whether standard error goes to {@code out}, in the order of a terminal
     */
    Result run(String text, boolean joined) throws Exception {
        Files.writeString(command, text + "\n");
        Files.writeString(err, "");
        input.write(". " + command + " </dev/null >" + out + " 2>" + (joined ? "&1" : err) + "; echo $?\n");
        input.flush();
        return new Result(code(text), Files.readString(out), Files.readString(err));
    }

    private int code(String text) throws Exception {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(this::readLine);
        try {
            return Integer.parseInt(line.get(COMMAND_TIMEOUT.toSeconds(), TimeUnit.SECONDS));
        } catch (TimeoutException | ExecutionException | NumberFormatException e) {
            throw new AssertionError(
                    "the command has no exit code after " + COMMAND_TIMEOUT.toSeconds() + " s: " + text + "\n"
                            + Files.readString(out) + Files.readString(err),
                    e);
        }
    }

    private String readLine() {
        try {
            return String.valueOf(codes.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills the session and all processes that its commands started. */
    @Override
    public void close() {
        killProcesses();
        Runtime.getRuntime().removeShutdownHook(killer);
    }

    private void killProcesses() {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
        started.forEach(each -> each.onExit().join());
    }
}
