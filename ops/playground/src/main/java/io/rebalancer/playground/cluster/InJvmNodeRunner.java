package io.rebalancer.playground.cluster;

import com.typesafe.config.Config;
import io.rebalancer.agent.node.AgentNode;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.manager.node.ManagerNode;
import io.rebalancer.playground.console.PlaygroundFault;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs every node as an actor system in this process. The nodes form a cluster over loopback remoting. */
public final class InJvmNodeRunner implements NodeRunner {
    private static final Logger LOGGER = LoggerFactory.getLogger(InJvmNodeRunner.class);
    private static final long START_TIMEOUT_SECONDS = 60;

    private final Deque<ActorSystem<Void>> running = new ArrayDeque<>();

    @Override
    public void start(NodeSpec node) throws PlaygroundFault, InterruptedException {
        try {
            Config root = SettingsFile.load(node.settings());
            CompletionStage<ActorSystem<Void>> started = node.command().equals("manager")
                    ? ManagerNode.start(root).thenApply(ManagerNode::system)
                    : AgentNode.start(root).thenApply(AgentNode::system);
            running.push(started.toCompletableFuture().get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS));
        } catch (SettingsFault | IOException | TimeoutException e) {
            throw new PlaygroundFault(node.name() + " can't start: " + e.getMessage());
        } catch (ExecutionException e) {
            LOGGER.error("{} can't start", node.name(), e);
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new PlaygroundFault(node.name() + " can't start: " + cause.getMessage());
        }
    }

    @Override
    public List<String> takeEnded() {
        List<String> ended = new ArrayList<>();
        for (ActorSystem<Void> system : List.copyOf(running)) {
            if (system.getWhenTerminated().toCompletableFuture().isDone()) {
                running.remove(system);
                ended.add(system.address() + " ended unexpectedly; see the log for the cause");
            }
        }
        return ended;
    }

    @Override
    public Map<String, Long> processIds() {
        return Map.of();
    }

    /** Stops the nodes one after another, because members that leave at the same time wait for each other. */
    @Override
    public void close() {
        while (!running.isEmpty()) {
            ActorSystem<Void> system = running.pop();
            system.terminate();
            try {
                system.getWhenTerminated().toCompletableFuture().get(START_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                LOGGER.warn("{} did not stop cleanly: {}", system.address(), e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
