package io.rebalancer.cluster.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a manager's or an agent's process: read settings, start, run until the actor system has ended. */
public final class NodeProcess {
    /** Exit code of a process that could not start; the reason is one line on standard error. */
    public static final int CANNOT_START = 2;

    private static final Logger LOGGER = LoggerFactory.getLogger(NodeProcess.class);

    private NodeProcess() {}

    /** Starts the node that the settings describe. */
    @FunctionalInterface
    public interface Starter {
        CompletionStage<? extends ActorSystem<?>> start(Config root) throws IOException;
    }

    /**
     * Runs a node in this process.
     *
     * @return the exit code: 0 after an orderly end, {@link #CANNOT_START} otherwise
     */
    public static int run(String name, Path file, Starter starter) throws InterruptedException {
        try {
            Config root = ConfigFactory.parseMap(Map.of("pekko.coordinated-shutdown.exit-jvm", "on"))
                    .withFallback(SettingsFile.load(file))
                    .resolve();
            ActorSystem<?> system = starter.start(root).toCompletableFuture().get();
            LOGGER.info("{} runs with {}", name, file);
            system.getWhenTerminated().toCompletableFuture().get();
            return 0;
        } catch (SettingsFault | IOException e) {
            return refuse(name, e);
        } catch (ExecutionException e) {
            return refuse(name, e.getCause() == null ? e : e.getCause());
        }
    }

    private static int refuse(String name, Throwable cause) {
        if (!(cause instanceof Explained) && !(cause instanceof IOException)) {
            LOGGER.error("{} can't start", name, cause);
        }
        System.err.println(
                "rebalancer " + name + ": " + String.valueOf(cause.getMessage()).replaceAll("\\s+", " "));
        return CANNOT_START;
    }
}
