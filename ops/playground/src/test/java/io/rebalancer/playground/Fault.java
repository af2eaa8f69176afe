package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.cluster.ProcessNodeRunner;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What can go wrong with a cluster. Each leaves it as it was, with all its processes running. */
enum Fault {
    /** The manager that hosts the job ends at once, and is started again. */
    KILL_HOST {
        @Override
        void strike(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            NodeSpec host = cluster.host();
            ProcessNodeRunner processes = cluster.playground().processes();
            processes.kill(host);
            say(
                    "kill -9 %s, which hosted the job; progress again after %.1f s",
                    host.name(), cluster.secondsUntilProgress());
            processes.start(host);
            cluster.awaitReady(host);
        }
    },

    /** An agent that receives copies ends at once, and is started again. */
    KILL_AGENT {
        @Override
        void strike(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            List<NodeSpec> agents = cluster.destinations();
            NodeSpec agent = agents.get(random.nextInt(agents.size()));
            ProcessNodeRunner processes = cluster.playground().processes();
            long inFlight = job.path("inFlight").asLong();
            long pid = processes.kill(agent);
            cluster.playground()
                    .harmed(new PlannedKills.Kill(agent.name(), pid, ClusterUnderTest.settled(job), inFlight));
            say("kill -9 %s; %d records were in flight", agent.name(), inFlight);
            processes.start(agent);
            cluster.awaitReady(agent);
        }
    },

    /** The database ends at once and is away for a while. */
    KILL_DATABASE {
        @Override
        void strike(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            cluster.postgres().kill();
            pause(DATABASE_AWAY);
            cluster.postgres().startAgain();
            say(
                    "kill -9 of PostgreSQL, started again after %d s; progress after %.1f s more",
                    DATABASE_AWAY.toSeconds(), cluster.secondsUntilProgress());
        }
    },

    /** The manager that hosts the job stands still; when it goes on, others have its job. */
    FREEZE_HOST {
        @Override
        void strike(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            NodeSpec host = cluster.host();
            long pid = cluster.pid(host);
            Set<Integer> ports = new HashSet<>(Signals.ports(pid));
            Signals.send("STOP", pid);
            Instant stopped = Instant.now();
            say(
                    "SIGSTOP %s, which hosted the job; progress again after %.1f s",
                    host.name(), cluster.secondsUntilProgress());
            pause(FROZEN.minus(Duration.between(stopped, Instant.now())));
            Instant fenced = cluster.hostSince();
            assertThat(fenced).isAfter(stopped);
            Signals.send("CONT", pid);
            ports.addAll(portsUntilGone(pid));
            assertWroteNothingAfter(cluster, ports, fenced);
            say(
                    "SIGCONT %s after %d s: it ended by itself, and wrote nothing after %s went on with the job",
                    host.name(), FROZEN.toSeconds(), cluster.host().name());
            cluster.playground().processes().ended();
            cluster.playground().processes().start(host);
            cluster.awaitReady(host);
        }
    },

    /** All managers end in order and come back as another version, one by one. */
    ROLL_MANAGERS {
        @Override
        void strike(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            ProcessNodeRunner processes = cluster.playground().processes();
            String version = "99." + Math.abs(random.nextInt());
            for (NodeSpec manager : cluster.managers()) {
                assertThat(processes.terminate(manager, Duration.ofMinutes(1)))
                        .as("exit code of " + manager.name())
                        .isIn(0, SIGTERM);
                Files.writeString(
                        manager.settings(),
                        "\nrebalancer.cluster.app-version = \"" + version + "\"\n",
                        StandardOpenOption.APPEND);
                processes.start(manager);
                cluster.awaitReady(manager);
            }
            say(
                    "all managers ended in order and came back as version %s; progress after %.1f s",
                    version, cluster.secondsUntilProgress());
        }
    },

    /** The manager that hosts the job can't be reached from any other member, nor reach one. */
    PARTITION {
        @Override
        void strike(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            NodeSpec host = cluster.host();
            long pid = cluster.pid(host);
            Set<Integer> ports = new HashSet<>(Signals.ports(pid));
            cluster.network().cutOff(Set.of(host.name()));
            Instant cut = Instant.now();
            ports.addAll(portsUntilGone(pid));
            cluster.awaitHostOtherThan(host);
            cluster.secondsUntilProgress();
            say(
                    "%s, which hosted the job, cut off from all others; progress elsewhere after %.1f s",
                    host.name(), Duration.between(cut, Instant.now()).toMillis() / 1000.0);
            assertThat(cluster.hostSince()).isAfter(cut);
            // It could still reach the database and the metadata, and held its lease until then.
            assertWroteNothingAfter(cluster, ports, cluster.hostSince().plus(LEASE));
            say(
                    "%s ended by itself, and wrote nothing after %s went on with the job",
                    host.name(), cluster.host().name());
            cluster.network().mend();
            cluster.playground().processes().ended();
            cluster.playground().processes().start(host);
            cluster.awaitReady(host);
        }
    };

    /** How long a manager may still write whose job has begun elsewhere; there the job waits as long. */
    private static final Duration LEASE = Duration.ofSeconds(1);

    private static final Duration DATABASE_AWAY = Duration.ofSeconds(20);
    private static final Duration FROZEN = Duration.ofSeconds(40);
    /** What a JVM ends with when it was asked to. */
    private static final int SIGTERM = 143;

    /** @param job as it stands when the fault strikes */
    abstract void strike(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception;

    private static Set<Integer> portsUntilGone(long pid) {
        Set<Integer> ports = new HashSet<>();
        await().atMost(ClusterUnderTest.TIMEOUT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    ports.addAll(Signals.ports(pid));
                    return !Signals.alive(pid);
                });
        return ports;
    }

    private static void assertWroteNothingAfter(ClusterUnderTest cluster, Set<Integer> ports, Instant fenced) {
        List<Instant> writes = cluster.playground().lastWrites().entrySet().stream()
                .filter(each -> ports.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        assertThat(writes).as("metadata that it wrote before").isNotEmpty();
        assertThat(writes).as("metadata written after it was fenced").allMatch(at -> at.isBefore(fenced));
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, "  " + format + "%n", values);
    }

    /** How long something lasts is part of the fault, not something to be waited for. */
    private static void pause(Duration duration) throws InterruptedException {
        if (!duration.isNegative()) {
            TimeUnit.MILLISECONDS.sleep(duration.toMillis());
        }
    }
}
