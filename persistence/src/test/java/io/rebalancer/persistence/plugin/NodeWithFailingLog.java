package io.rebalancer.persistence.plugin;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.cluster.process.NodeProcess;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import io.rebalancer.persistence.log.EventLog;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import picocli.CommandLine;

/** A node's process that appends one event to its log, which its disk rejects. For {@link JournalFailedTest}. */
@CommandLine.Command(name = "node")
final class NodeWithFailingLog implements Callable<Integer> {
    @CommandLine.Option(names = "--config")
    private Path settings = Path.of("");

    @CommandLine.Option(names = "--directory")
    private Path directory = Path.of("");

    private record Node(ActorSystem<?> system) implements NodeProcess.Node {}

    public static void main(String[] arguments) {
        CommandLines.runAndExit(new NodeWithFailingLog(), arguments);
    }

    @Override
    public Integer call() throws Exception {
        return NodeProcess.run("node", settings, root -> {
            ActorSystem<Void> system = ActorSystem.create(
                    Behaviors.empty(),
                    "node",
                    new EmbeddedJournal(directory)
                            .applyTo(root)
                            .withValue("pekko.actor.provider", ConfigValueFactory.fromAnyRef("local"))
                            .withFallback(ConfigFactory.load()));
            EventLog log = LogExtension.get(system.classicSystem()).log();
            log.append("a", 1, List.of(new byte[1000]));
            return CompletableFuture.completedFuture(new Node(system));
        });
    }
}
