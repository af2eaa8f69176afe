package io.rebalancer.manager.node;

import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.cluster.process.NodeProcess;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rebalancer manager}: runs until the process gets a signal to stop. */
@Command(
        name = "manager",
        description = "Runs a manager: hosts evacuate jobs and serves their HTTP API.",
        mixinStandardHelpOptions = true)
public final class ManagerCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "settings file, in HOCON")
    private Path config = Path.of("");

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new ManagerCommand(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        return NodeProcess.run("manager", config, ManagerNode::start);
    }
}
