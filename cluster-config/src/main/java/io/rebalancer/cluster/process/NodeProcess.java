package io.rebalancer.cluster.process;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.settings.LogLevel;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.settings.UserFacingError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * The life of a manager's or an agent's process: read settings, start, run until the actor system has ended. The signal
 * USR1 makes it read its settings again.
 */
public final class NodeProcess {
    /** Exit code of a process that could not start; the reason is one line on standard error. */
    public static final int CANNOT_START = 2;

    private static final Logger LOGGER = LoggerFactory.getLogger(NodeProcess.class);
    private static final String RELOAD_SIGNAL = "USR1";
    private static final String LOG_LEVEL = "rebalancer.log-level";

    private final String name;
    private final Path file;
    private Config current;
    private Optional<Node> node = Optional.empty();

    private NodeProcess(String name, Path file, Config current) {
        this.name = name;
        this.file = file;
        this.current = current;
    }

    /** Starts the node that the settings describe. */
    @FunctionalInterface
    public interface Starter {
        CompletionStage<? extends Node> start(Config root) throws IOException;
    }

    /** A running node. */
    public interface Node {

        /** Its actor system, which ends with it. */
        ActorSystem<?> system();

        /** The settings, or groups of them, that {@link #reload} makes take effect. */
        default Set<String> reloadable() {
            return Set.of();
        }

        /**
         * Takes over settings that were read again.
         *
         * @throws SettingsFault if one is wrong; then none has taken effect
         */
        default void reload(Config root) {}
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
            LoggerLevel.set(LogLevel.of(root));
            NodeProcess process = new NodeProcess(name, file, root);
            // Before anything else runs: without a handler the signal ends the process.
            Signal.handle(new Signal(RELOAD_SIGNAL), signal -> process.reload());
            Node node = starter.start(root).toCompletableFuture().get();
            process.runs(node);
            LOGGER.info("{} runs with {}", name, file);
            node.system().getWhenTerminated().toCompletableFuture().get();
            return 0;
        } catch (SettingsFault | IOException e) {
            return refuse(name, e);
        } catch (ExecutionException e) {
            return refuse(name, e.getCause() == null ? e : e.getCause());
        }
    }

    private synchronized void runs(Node started) {
        node = Optional.of(started);
    }

    /** A fault leaves everything as it was: a running job must not suffer from a slip in an editor. */
    private synchronized void reload() {
        if (node.isEmpty()) {
            LOGGER.warn("{} is starting; send the signal again when it runs", name);
            return;
        }
        try {
            Config fresh = SettingsFile.load(file);
            node.get().reload(fresh);
            LoggerLevel.set(LogLevel.of(fresh));
            Set<String> reloadable = new HashSet<>(node.get().reloadable());
            reloadable.add(LOG_LEVEL);
            SettingsReload changes = SettingsReload.between(current, fresh, reloadable);
            current = fresh;
            LOGGER.info("{} has read {} again: {}", name, file, changes);
        } catch (SettingsFault e) {
            LOGGER.error("{} keeps its settings: {}", name, e.getMessage());
        }
    }

    private static int refuse(String name, Throwable cause) {
        if (!(cause instanceof UserFacingError) && !(cause instanceof IOException)) {
            LOGGER.error("{} can't start", name, cause);
        }
        System.err.println(
                "rebalancer " + name + ": " + String.valueOf(cause.getMessage()).replaceAll("\\s+", " "));
        return CANNOT_START;
    }
}
