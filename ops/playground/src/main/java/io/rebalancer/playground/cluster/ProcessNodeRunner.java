package io.rebalancer.playground.cluster;

import io.rebalancer.playground.console.PlaygroundFault;
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

/**
 * Runs every node in its own process. In a distribution, it uses the class archives that {@code rebalancer
 * archive-classes} wrote, if there are any.
 */
public final class ProcessNodeRunner implements NodeRunner {
    private static final Pattern DATABASES = Pattern.compile("^(h2|postgresql|sqlite-jdbc|slick|HikariCP|flyway)");

    /** Since this Java version the JVM warns about Pekko's use of Unsafe, which users can't change. */
    private static final int FIRST_UNSAFE_WARNING = 24;

    private final Path logs;
    private final Map<String, Process> running = new ConcurrentHashMap<>();

    /** @param logs directory for the nodes' logs and their standard output */
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
            throw new PlaygroundFault("the process of " + node.name() + " can't be started: " + e.getMessage());
        }
    }

    private List<String> commandLine(NodeSpec node) {
        String main = node.command().equals("manager")
                ? "io.rebalancer.manager.node.ManagerCommand"
                : "io.rebalancer.agent.node.AgentCommand";
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= FIRST_UNSAFE_WARNING) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        String classPath = classPath(node);
        Path archive = Path.of(classPath.replaceFirst("\\.jar$", ".jsa"));
        if (!classPath.contains(File.pathSeparator) && Files.exists(archive)) {
            command.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off"));
        }
        command.addAll(List.of(
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=2",
                "-Dlogback.configurationFile=logback-file.xml",
                "-Drebalancer.log.file=" + logs.resolve(node.name() + ".log"),
                "-cp",
                classPath,
                main,
                "--config",
                node.settings().toString()));
        return command;
    }

    /**
     * In a distribution, the jar of the node's module, which names its libraries. Otherwise the class path of this process;
     * agents get no database libraries, as in a distribution.
     */
    private static String classPath(NodeSpec node) {
        String own = System.getProperty("java.class.path");
        if (!own.contains(File.pathSeparator)) {
            Path jar = Path.of(own);
            return jar.resolveSibling(jar.getFileName().toString().replace("playground-", node.command() + "-node-"))
                    .toString();
        }
        if (node.command().equals("manager")) {
            return own;
        }
        return Stream.of(own.split(File.pathSeparator))
                .filter(entry -> !DATABASES
                        .matcher(Path.of(entry).getFileName().toString())
                        .find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * Ends a node with SIGKILL and waits for the end of its process.
     *
     * @return its process id
     */
    public long kill(NodeSpec node) throws InterruptedException {
        Process process = running.remove(node.name());
        if (process == null) {
            throw new IllegalStateException(node.name() + " is not running");
        }
        process.destroyForcibly().waitFor();
        return process.pid();
    }

    /**
     * Stops a node with SIGTERM and waits for the end of its process.
     *
     * @return its exit code
     * @throws PlaygroundFault if it does not end within {@code timeout}; it is killed then
     */
    public int terminate(NodeSpec node, Duration timeout) throws InterruptedException, PlaygroundFault {
        Process process = running.remove(node.name());
        if (process == null) {
            throw new IllegalStateException(node.name() + " is not running");
        }
        process.destroy();
        if (!process.waitFor(timeout.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new PlaygroundFault(node.name() + " did not end within " + timeout + " after SIGTERM; it was killed");
        }
        return process.exitValue();
    }

    @Override
    public List<String> takeEnded() {
        List<String> ended = new ArrayList<>();
        for (Map.Entry<String, Process> each : running.entrySet()) {
            if (!each.getValue().isAlive()) {
                running.remove(each.getKey());
                ended.add(each.getKey() + " ended unexpectedly with exit code "
                        + each.getValue().exitValue() + ": "
                        + lastLine(logs.resolve(each.getKey() + ".out")) + "; see also "
                        + logs.resolve(each.getKey() + ".log"));
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
            return lines.reduce((first, last) -> last).orElse("it printed nothing");
        } catch (IOException e) {
            return "its output can't be read: " + e.getMessage();
        }
    }

    /** Stops all nodes with SIGTERM, and kills those that take longer than a few seconds. */
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

    /** Kills all nodes at once; for the shutdown of this process. */
    public void killAll() {
        running.values().forEach(Process::destroyForcibly);
    }
}
