package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** NodeRunner as processes of their own, on the class path of this one. */
public final class ProcessNodeRunner implements NodeRunner {
    private static final Pattern DATABASES = Pattern.compile("^(h2|postgresql|sqlite-jdbc|slick|HikariCP|flyway)");

    /** From here on the JVM warns of what Pekko does, which no user can mend. */
    private static final int UNSAFE_IS_DEPRECATED = 24;

    private final Path logs;
    private final Map<String, Process> running = new ConcurrentHashMap<>();

    /** @param logs directory for one log of each node */
    public ProcessNodeRunner(Path logs) {
        this.logs = logs;
    }

    @Override
    public void start(NodeSpec node) throws PlaygroundFault {
        Path output = logs.resolve(node.name() + ".out");
        try {
            Process process = new ProcessBuilder(commandLine(node))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            running.put(node.name(), process);
        } catch (IOException e) {
            throw new PlaygroundFault("process " + node.name() + " can't be started: " + e.getMessage());
        }
    }

    private List<String> commandLine(NodeSpec node) {
        String main = node.command().equals("manager")
                ? "io.rebalancer.manager.node.ManagerCommand"
                : "io.rebalancer.agent.node.AgentCommand";
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= UNSAFE_IS_DEPRECATED) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                "-Dlogback.configurationFile=logback-file.xml",
                "-Drebalancer.log.file=" + logs.resolve(node.name() + ".log"),
                "-cp",
                classPath(node),
                main,
                "--config",
                node.settings().toString()));
        return command;
    }

    /** That of this process; an agent's has no database in it, as it has none in a distribution. */
    private static String classPath(NodeSpec node) {
        String own = System.getProperty("java.class.path");
        if (node.command().equals("manager")) {
            return own;
        }
        if (!own.contains(File.pathSeparator)) {
            Path jar = Path.of(own);
            return jar.resolveSibling(jar.getFileName().toString().replace("playground-", "agent-node-"))
                    .toString();
        }
        return Stream.of(own.split(File.pathSeparator))
                .filter(entry -> !DATABASES
                        .matcher(Path.of(entry).getFileName().toString())
                        .find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Ends a node with SIGKILL and waits until it is gone. */
    public long kill(NodeSpec node) throws InterruptedException {
        Process process = running.remove(node.name());
        if (process == null) {
            throw new IllegalStateException(node.name() + " does not run");
        }
        process.destroyForcibly().waitFor();
        return process.pid();
    }

    /**
     * Asks a node to end with SIGTERM and waits until it has.
     *
     * @return its exit code
     */
    public int terminate(NodeSpec node, Duration patience) throws InterruptedException, PlaygroundFault {
        Process process = running.remove(node.name());
        if (process == null) {
            throw new IllegalStateException(node.name() + " does not run");
        }
        process.destroy();
        if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new PlaygroundFault(node.name() + " has not ended " + patience + " after SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public List<String> ended() {
        List<String> ended = new ArrayList<>();
        for (Map.Entry<String, Process> each : running.entrySet()) {
            if (!each.getValue().isAlive()) {
                running.remove(each.getKey());
                ended.add(each.getKey() + " ended with code " + each.getValue().exitValue() + ": "
                        + lastLine(logs.resolve(each.getKey() + ".out")));
            }
        }
        return ended;
    }

    @Override
    public Map<String, Long> processIds() {
        Map<String, Long> ids = new TreeMap<>();
        running.forEach((name, process) -> ids.put(name, process.pid()));
        return ids;
    }

    private static String lastLine(Path output) {
        try (Stream<String> lines = Files.lines(output)) {
            return lines.reduce((first, last) -> last).orElse("it said nothing");
        } catch (IOException e) {
            return "its output can't be read: " + e.getMessage();
        }
    }

    /** Asks all to end, and kills those that take longer than a few seconds. */
    @Override
    public void close() {
        running.values().forEach(Process::destroy);
        for (Process process : running.values()) {
            try {
                if (!process.waitFor(3, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        running.clear();
    }

    /** Kills all at once, for when this process is going down itself. */
    public void killAll() {
        running.values().forEach(Process::destroyForcibly);
    }
}
