package io.rebalancer.agent.node;

import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.cluster.process.NodeProcess;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rebalancer agent}: runs until the process receives a signal to end. */
@Command(
        name = "agent",
        description = "Runs the agent of one storage node: makes verified, flushed copies.",
        mixinStandardHelpOptions = true)
public final class AgentCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "settings file, in HOCON")
    private Path config = Path.of("");

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new AgentCommand(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        return NodeProcess.run("agent", config, AgentNode::start);
    }
}
