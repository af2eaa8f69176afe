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
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A fault of a cluster. After each fault all processes run again. */
enum Fault {
    /** SIGKILL ends the manager that hosts the job; then the manager is restarted. */
    KILL_HOST {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            NodeSpec host = cluster.host();
            ProcessNodeRunner processes = cluster.playground().processes();
            processes.kill(host);
            double failover = cluster.secondsUntilProgress();
            print("kill -9 %s, the host of the job; progress again after %.1f s", host.name(), failover);
            processes.start(host);
            cluster.awaitReady(host);
            return OptionalDouble.of(failover);
        }
    },

    /**
     * SIGKILL ends the oldest manager: the space broker, the registry and the projector move, and the job loses what it said
     * to them. If possible, another manager hosts the job; the job often follows the age of the managers.
     */
    KILL_OLDEST {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            ProcessNodeRunner processes = cluster.playground().processes();
            NodeSpec host = cluster.host();
            if (cluster.oldest().equals(host)) {
                processes.kill(host);
                cluster.awaitHostOtherThan(host);
                processes.start(host);
                cluster.awaitReady(host);
            }
            NodeSpec oldest = cluster.oldest();
            String role = oldest.equals(cluster.host()) ? "the oldest manager and the host" : "the oldest manager";
            processes.kill(oldest);
            double failover = cluster.secondsUntilProgress();
            print("kill -9 %s, %s; progress after %.1f s", oldest.name(), role, failover);
            processes.start(oldest);
            cluster.awaitReady(oldest);
            return OptionalDouble.of(failover);
        }
    },

    /** SIGKILL ends an agent that receives copies; then the agent is restarted. */
    KILL_AGENT {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            List<NodeSpec> agents = cluster.destinations();
            NodeSpec agent = agents.get(random.nextInt(agents.size()));
            ProcessNodeRunner processes = cluster.playground().processes();
            long inFlight = job.path("inFlight").asLong();
            long pid = processes.kill(agent);
            cluster.playground().recordFault(new KillRecord(agent.name(), pid, JobWatch.settled(job), inFlight));
            print("kill -9 %s; %d records were in flight", agent.name(), inFlight);
            processes.start(agent);
            cluster.awaitReady(agent);
            return OptionalDouble.empty();
        }
    },

    /** SIGSTOP freezes an agent that receives copies. The cluster gives it up; when it thaws, it ends and is restarted. */
    FREEZE_AGENT {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            List<NodeSpec> agents = cluster.destinations();
            NodeSpec agent = agents.get(random.nextInt(agents.size()));
            long pid = cluster.pid(agent);
            long inFlight = job.path("inFlight").asLong();
            cluster.playground().recordFault(new KillRecord(agent.name(), pid, JobWatch.settled(job), inFlight));
            OsProcesses.sendSignal("STOP", pid);
            pause(FREEZE_DURATION);
            OsProcesses.sendSignal("CONT", pid);
            portsUntilEnd(pid);
            cluster.playground().processes().takeEnded();
            cluster.playground().processes().start(agent);
            cluster.awaitReady(agent);
            print("SIGSTOP %s for %d s; it ended and was restarted", agent.name(), FREEZE_DURATION.toSeconds());
            return OptionalDouble.empty();
        }
    },

    /** The database answers, but refuses every write for a while. */
    REFUSE_WRITES {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            cluster.postgres().refuseWrites(true);
            pause(DATABASE_DOWNTIME);
            cluster.postgres().refuseWrites(false);
            double failover = cluster.secondsUntilProgress();
            print(
                    "PostgreSQL refused writes for %d s; progress another %.1f s later",
                    DATABASE_DOWNTIME.toSeconds(), failover);
            return OptionalDouble.of(failover);
        }
    },

    /** SIGKILL ends the database, which stays down for a while. */
    KILL_DATABASE {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            cluster.postgres().kill();
            pause(DATABASE_DOWNTIME);
            cluster.postgres().restart();
            double failover = cluster.secondsUntilProgress();
            print(
                    "kill -9 PostgreSQL, restarted after %d s; progress another %.1f s later",
                    DATABASE_DOWNTIME.toSeconds(), failover);
            return OptionalDouble.of(failover);
        }
    },

    /** SIGSTOP freezes the manager that hosts the job. When it thaws, another manager hosts the job. */
    FREEZE_HOST {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            NodeSpec host = cluster.host();
            long pid = cluster.pid(host);
            Set<Integer> ports = new HashSet<>(OsProcesses.ports(pid));
            OsProcesses.sendSignal("STOP", pid);
            Instant frozen = Instant.now();
            double failover = cluster.secondsUntilProgress();
            print("SIGSTOP %s, the host of the job; progress again after %.1f s", host.name(), failover);
            pause(FREEZE_DURATION.minus(Duration.between(frozen, Instant.now())));
            Instant fenced = cluster.hostSince();
            assertThat(fenced).isAfter(frozen);
            OsProcesses.sendSignal("CONT", pid);
            ports.addAll(portsUntilEnd(pid));
            assertWroteNothingAfter(cluster, ports, fenced);
            print(
                    "SIGCONT %s after %d s: it ended, and wrote nothing after %s resumed the job",
                    host.name(), FREEZE_DURATION.toSeconds(), cluster.host().name());
            cluster.playground().processes().takeEnded();
            cluster.playground().processes().start(host);
            cluster.awaitReady(host);
            return OptionalDouble.of(failover);
        }
    },

    /** A rolling upgrade: the managers stop and restart with another version, one after another. */
    ROLL_MANAGERS {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            ProcessNodeRunner processes = cluster.playground().processes();
            String version = "99." + Math.abs(random.nextInt());
            for (NodeSpec manager : cluster.managers()) {
                assertThat(processes.terminate(manager, Duration.ofMinutes(1)))
                        .as("exit code of " + manager.name())
                        .isIn(0, SIGTERM_EXIT_CODE);
                Files.writeString(
                        manager.settings(),
                        "\nrebalancer.cluster.app-version = \"" + version + "\"\n",
                        StandardOpenOption.APPEND);
                processes.start(manager);
                cluster.awaitReady(manager);
            }
            double failover = cluster.secondsUntilProgress();
            print("all managers restarted with version %s; progress after %.1f s", version, failover);
            return OptionalDouble.of(failover);
        }
    },

    /** A partition separates the manager that hosts the job from all other members. */
    PARTITION {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            NodeSpec host = cluster.host();
            long pid = cluster.pid(host);
            Set<Integer> ports = new HashSet<>(OsProcesses.ports(pid));
            cluster.network().partition(Set.of(host.name()));
            Instant cut = Instant.now();
            ports.addAll(portsUntilEnd(pid));
            cluster.awaitHostOtherThan(host);
            cluster.secondsUntilProgress();
            double failover = Duration.between(cut, Instant.now()).toMillis() / 1000.0;
            print(
                    "%s, the host of the job, partitioned from all other members; progress elsewhere after %.1f s",
                    host.name(), failover);
            assertThat(cluster.hostSince()).isAfter(cut);
            // It can still reach the database and the metadata tier, and holds its lease until then.
            assertWroteNothingAfter(cluster, ports, cluster.hostSince().plus(LEASE));
            print(
                    "%s ended, and wrote nothing after %s resumed the job",
                    host.name(), cluster.host().name());
            cluster.network().heal();
            cluster.playground().processes().takeEnded();
            cluster.playground().processes().start(host);
            cluster.awaitReady(host);
            return OptionalDouble.of(failover);
        }
    },

    /** A fifth of the messages between members is lost for a while, at random. No connection is closed. */
    LOSE_MESSAGES {
        @Override
        OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception {
            double usual = cluster.network().lossShare();
            long before = cluster.network().lostMessages();
            cluster.network().loseMessages(LOST_SHARE);
            pause(LOSS_DURATION);
            long lost = cluster.network().lostMessages() - before;
            cluster.network().loseMessages(usual);
            assertThat(lost).as("messages lost between members").isPositive();
            double failover = cluster.secondsUntilProgress();
            print(
                    "%d messages between members lost in %d s; progress another %.1f s later",
                    lost, LOSS_DURATION.toSeconds(), failover);
            return OptionalDouble.of(failover);
        }
    };

    /**
     * How long a manager may still write after its job started elsewhere. The new host waits as long before it writes.
     */
    private static final Duration LEASE = Duration.ofSeconds(1);

    private static final Duration DATABASE_DOWNTIME = Duration.ofSeconds(20);
    private static final double LOST_SHARE = 0.2;
    private static final Duration LOSS_DURATION = Duration.ofSeconds(30);
    private static final Duration FREEZE_DURATION = Duration.ofSeconds(40);
    /** Exit code of a JVM that SIGTERM has ended. */
    private static final int SIGTERM_EXIT_CODE = 143;

    /**
     * @param job the state of the job at the moment of the fault
     * @return seconds until the job made progress again; empty if the fault does not stop the job
     */
    abstract OptionalDouble inject(ClusterUnderTest cluster, JsonNode job, Random random) throws Exception;

    private static Set<Integer> portsUntilEnd(long pid) {
        Set<Integer> ports = new HashSet<>();
        await().atMost(ClusterUnderTest.TIMEOUT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    ports.addAll(OsProcesses.ports(pid));
                    return !OsProcesses.isAlive(pid);
                });
        return ports;
    }

    private static void assertWroteNothingAfter(ClusterUnderTest cluster, Set<Integer> ports, Instant fenced) {
        List<Instant> writes = cluster.playground().lastWrites().entrySet().stream()
                .filter(each -> ports.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        assertThat(writes).as("metadata writes of the old host").isNotEmpty();
        assertThat(writes)
                .as("metadata writes of the old host after it was fenced")
                .allMatch(at -> at.isBefore(fenced));
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, "  " + format + "%n", values);
    }

    /** Waits for a fixed time, because the duration is part of the fault. */
    private static void pause(Duration duration) throws InterruptedException {
        if (!duration.isNegative()) {
            TimeUnit.MILLISECONDS.sleep(duration.toMillis());
        }
    }
}
