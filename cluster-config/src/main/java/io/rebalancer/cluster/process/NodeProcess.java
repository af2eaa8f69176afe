package io.rebalancer.cluster.process;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.settings.LogLevel;
import io.rebalancer.cluster.settings.SettingsFault;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.cluster.settings.UserFacingError;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * The life cycle of a manager or agent process: it reads the settings file, starts the node, and runs until the actor
 * system has terminated. SIGUSR1 reloads the settings file.
 */
public final class NodeProcess {
    /** Exit code of a process that can't start. The cause is one line on standard error. */
    public static final int CANNOT_START = 2;

    private static final Logger LOGGER = LoggerFactory.getLogger(NodeProcess.class);
    private static final String RELOAD_SIGNAL = "USR1";
    private static final String LOG_LEVEL = "rebalancer.log-level";

    private final String name;
    private final Path settingsFile;
    private Config current;
    private Optional<Node> node = Optional.empty();

    private NodeProcess(String name, Path settingsFile, Config current) {
        this.name = name;
        this.settingsFile = settingsFile;
        this.current = current;
    }

    /** Starts a node with the given settings. */
    @FunctionalInterface
    public interface Starter {
        CompletionStage<? extends Node> start(Config root) throws IOException;
    }

    /** A running node. */
    public interface Node {

        /** The node's actor system. The process ends when it terminates. */
        ActorSystem<?> system();

        /** Paths of the settings, or sections, that {@link #reload} applies. All others need a restart. */
        default Set<String> reloadable() {
            return Set.of();
        }

        /**
         * Applies reloaded settings.
         *
         * @throws SettingsFault if a setting is missing or invalid; then all settings keep their values
         */
        default void reload(Config root) {}
    }

    /**
     * Runs a node in this process until it ends.
     *
     * @param name {@code manager} or {@code agent}
     * @return the exit code: that of the reason for the shutdown, which is 0 unless Pekko's settings give the reason
     *     another one; {@link #CANNOT_START} if the node could not start
     */
    public static int run(String name, Path settingsFile, Starter starter) throws InterruptedException {
        try {
            Config root = ConfigFactory.parseMap(Map.of("pekko.coordinated-shutdown.exit-jvm", "on"))
                    .withFallback(SettingsFile.load(settingsFile))
                    .resolve();
            LoggerLevel.set(LogLevel.of(root));
            NodeProcess process = new NodeProcess(name, settingsFile, root);
            // Installed first: without a handler, the signal kills the process.
            Signal.handle(new Signal(RELOAD_SIGNAL), signal -> process.reload());
            Node node = starter.start(root).toCompletableFuture().get();
            process.setNode(node);
            LOGGER.info("{} runs with {}", name, settingsFile);
            node.system().getWhenTerminated().toCompletableFuture().get();
            return exitCode(node.system());
        } catch (SettingsFault | IOException e) {
            return reportStartFailure(name, e);
        } catch (ExecutionException e) {
            return reportStartFailure(name, Failures.rootCause(e));
        }
    }

    /** Pekko ends the JVM with the same exit code. Whichever of the two exits comes first, the code is right. */
    private static int exitCode(ActorSystem<?> system) {
        Config shutdown = system.settings().config().getConfig("pekko.coordinated-shutdown");
        return CoordinatedShutdown.get(system)
                .getShutdownReason()
                .map(reason -> "reason-overrides."
                        + ConfigUtil.quoteString(reason.getClass().getName()) + ".exit-code")
                .filter(shutdown::hasPath)
                .map(shutdown::getInt)
                .orElseGet(() -> shutdown.getInt("exit-code"));
    }

    private synchronized void setNode(Node started) {
        node = Optional.of(started);
    }

    /** Reloads the settings file. If it has an error, all settings keep their values and running jobs continue. */
    private synchronized void reload() {
        if (node.isEmpty()) {
            LOGGER.warn("{} can't reload {} while it starts; send the signal again once it runs", name, settingsFile);
            return;
        }
        try {
            Config fresh = SettingsFile.load(settingsFile);
            node.get().reload(fresh);
            LoggerLevel.set(LogLevel.of(fresh));
            Set<String> reloadable = new HashSet<>(node.get().reloadable());
            reloadable.add(LOG_LEVEL);
            SettingsReload changes = SettingsReload.between(current, fresh, reloadable);
            current = fresh;
            LOGGER.info("{} reloaded {}: {}", name, settingsFile, changes);
        } catch (SettingsFault e) {
            LOGGER.error("{} keeps its settings: {}; correct the file and send the signal again", name, e.getMessage());
        }
    }

    private static int reportStartFailure(String name, Throwable cause) {
        if (!(cause instanceof UserFacingError) && !(cause instanceof IOException)) {
            LOGGER.error("{} can't start", name, cause);
        }
        System.err.println("rebalancer " + name + ": " + OneLine.of(cause));
        return CANNOT_START;
    }
}
