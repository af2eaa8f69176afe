package io.rebalancer.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.playground.cluster.NodeSpec;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.testsupport.EventStream;
import io.rebalancer.testsupport.HttpCalls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many clients follow a job over one manager, some of them slowly. The manager is killed, later the one that runs the job.
 * Every client gets every event once, and needs little of the manager's heap. {@code make test-streams} runs it with 500
 * clients.
 */
@EnabledIfSystemProperty(named = "streams.clients", matches = "[0-9]+")
@Tag("cluster")
@Tag("slow")
class EventStreamsTest {
    private static final int CLIENTS = Integer.getInteger("streams.clients", 500);
    private static final int RECORDS = Integer.getInteger("streams.records", 1500);
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** One client in five reads the events of the fleet, and one in nine stops to read for a while. */
    private static final int FLEET_SHARE = 5;

    private static final int SLOW_SHARE = 9;
    /** One object in so many can't be moved, so each pass reports it. */
    private static final int LOST_SHARE = 40;
    /** The objects of the job have 1 KiB each, on four destinations. At this rate their copies take 100 s at least. */
    private static final long BYTES_PER_SECOND = RECORDS * 1024L / 4 / 100;

    private static final long MAX_BYTES_OF_CLIENT = 150 * 1024;
    /** What the first stream of a manager needs, and what the manager learns meanwhile. */
    private static final long MAX_FIXED_BYTES = 24 * 1024 * 1024;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void everyClientGetsEveryEventOnceWhenItsManagerIsKilled() throws Exception {
        Map<String, Object> settings = Map.of(
                // Small buffers of the kernel: a client that does not read fills them soon.
                "pekko.http.server.socket-options.so-send-buffer-size",
                "4 KiB",
                // Many events and snapshots for so few objects.
                "rebalancer.evacuate.max-tasks-per-assignment",
                Math.max(5, RECORDS / 250),
                "rebalancer.evacuate.snapshot-every",
                50,
                // The reference reads the job from its first event.
                "rebalancer.manager.journal.delete-events",
                "off");
        CountDownLatch resume = new CountDownLatch(1);
        List<StreamClient> clients = new ArrayList<>();
        try (ClusterUnderTest cluster = new ClusterUnderTest(directory, RECORDS, 1, BYTES_PER_SECOND, settings)) {
            cluster.removeSomeObjects(LOST_SHARE);
            cluster.startJob();
            NodeSpec first = cluster.managers().stream()
                    .filter(each -> !each.equals(cluster.host()))
                    .findFirst()
                    .orElseThrow();
            long before = ManagerHeap.liveBytes(cluster.pid(first));
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new StreamClient(
                        cluster.jobId(),
                        i % FLEET_SHARE == 0,
                        addresses(cluster, first),
                        i % SLOW_SHARE == 1 ? Optional.of(resume) : Optional.empty()));
            }
            clients.forEach(Thread::start);
            await().atMost(TIMEOUT).until(() -> clients.stream().allMatch(client -> client.connected));
            long with = ManagerHeap.liveBytes(cluster.pid(first));
            System.out.printf(
                    "%d clients on %s: %.1f MiB live, %.1f MiB before, %d KiB for each client%n",
                    CLIENTS, first.name(), mebibytes(with), mebibytes(before), (with - before) / 1024 / CLIENTS);
            assertThat(with - before).isLessThan(MAX_FIXED_BYTES + CLIENTS * MAX_BYTES_OF_CLIENT);

            // Their streams have ended, and they do not know it yet.
            await().atMost(TIMEOUT)
                    .until(() -> metric(first, "rebalancer_http_event_streams_dropped_total") >= slow(clients));
            resume.countDown();
            await().atMost(TIMEOUT)
                    .until(() -> clients.stream().filter(StreamClient::isSlow).allMatch(client -> client.dropped > 0));
            killAndRestart(cluster, first, clients);
            killAndRestart(cluster, cluster.host(), clients);
            for (StreamClient client : clients) {
                client.join(TIMEOUT.toMillis());
                assertThat(client.isAlive())
                        .as("%s still waits for the end of the job", client)
                        .isFalse();
            }
            assertComplete(cluster, clients);
            assertForgotten(cluster, before);
        } finally {
            resume.countDown();
            clients.forEach(Thread::interrupt);
        }
    }

    /** The managers have served all clients since, some of them twice, and need no more heap than before. */
    private static void assertForgotten(ClusterUnderTest cluster, long before) throws Exception {
        for (NodeSpec manager : cluster.managers()) {
            await().atMost(TIMEOUT).until(() -> metric(manager, "rebalancer_http_event_streams") == 0);
            long after = ManagerHeap.liveBytes(cluster.pid(manager));
            System.out.printf("%s after its clients: %.1f MiB live%n", manager.name(), mebibytes(after));
            assertThat(after).as(manager.name()).isLessThan(before + MAX_FIXED_BYTES);
        }
    }

    private static List<InetSocketAddress> addresses(ClusterUnderTest cluster, NodeSpec first) {
        List<NodeSpec> managers = new ArrayList<>(cluster.managers());
        managers.remove(first);
        managers.add(0, first);
        return managers.stream().map(EventStreamsTest::address).toList();
    }

    private static InetSocketAddress address(NodeSpec manager) {
        URI uri = manager.http();
        return new InetSocketAddress(uri.getHost(), uri.getPort());
    }

    private static double mebibytes(long bytes) {
        return bytes / 1024.0 / 1024.0;
    }

    private static long slow(List<StreamClient> clients) {
        return clients.stream().filter(StreamClient::isSlow).count();
    }

    private static double metric(NodeSpec manager, String name) throws IOException, InterruptedException {
        int port = ConfigFactory.parseFile(manager.settings().toFile()).getInt("rebalancer.metrics.port");
        return HttpCalls.toPort(port)
                .get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static void killAndRestart(ClusterUnderTest cluster, NodeSpec manager, List<StreamClient> clients)
            throws Exception {
        JsonNode job = cluster.awaitSettled(0);
        cluster.playground().processes().kill(manager);
        double seconds = cluster.secondsUntilProgress();
        System.out.printf(
                "kill -9 %s at %d of about %d records; progress after %.1f s%n",
                manager.name(), JobWatch.settled(job), RECORDS, seconds);
        cluster.playground().processes().start(manager);
        cluster.awaitReady(manager);
        await().atMost(TIMEOUT).until(() -> clients.stream().allMatch(client -> client.connected || !client.isAlive()));
    }

    /** Compares every client with what the journal has, as a client reads it that begins before the first event. */
    private static void assertComplete(ClusterUnderTest cluster, List<StreamClient> clients) throws Exception {
        List<Long> states = new ArrayList<>();
        List<String> exceptions = new ArrayList<>();
        Map<String, Integer> attempts = new HashMap<>();
        NodeSpec manager = cluster.managers().get(0);
        try (EventStream stream = EventStream.open(
                address(manager), "/api/v1/jobs/" + cluster.jobId() + "/events", Optional.of("0"), 0, SILENCE)) {
            for (Optional<EventStream.Event> event = stream.next(); event.isPresent(); event = stream.next()) {
                String id = event.get().id().orElseThrow();
                if (event.get().type().equals("state")) {
                    states.add(Long.parseLong(id));
                } else if (event.get().type().equals("exception")) {
                    exceptions.add(id);
                    attempts.merge(record(ExactJson.MAPPER.readTree(event.get().data())), 1, Integer::sum);
                }
            }
        }
        assertThat(states).startsWith(1L).hasSizeGreaterThan(4);
        assertListed(cluster, attempts);
        for (StreamClient client : clients) {
            String name = "a client of the " + (client.isOfFleet() ? "fleet" : "job");
            assertThat(client.faults).as(name).isEmpty();
            long first = client.firstRevision();
            assertThat(client.states).as(name).isEqualTo(expectedStates(states, first));
            assertThat(after(client.exceptions, first))
                    .as(name)
                    .isEqualTo(client.isOfFleet() ? List.of() : after(exceptions, first));
            assertThat(client.dropped).as(name).isGreaterThanOrEqualTo(client.isSlow() ? 1 : 0);
        }
        System.out.printf(
                "%d clients, %d connections: each has %d states and %d exceptions at most; %d were dropped%n",
                clients.size(),
                clients.stream().mapToInt(client -> client.connections).sum(),
                states.size(),
                exceptions.size(),
                clients.stream().mapToInt(client -> client.dropped).sum());
    }

    /** A stream begins with the state as it is, which may be at a revision that changed none. */
    private static List<Long> expectedStates(List<Long> all, long first) {
        List<Long> expected = new ArrayList<>(List.of(first));
        all.stream().filter(revision -> revision > first).forEach(expected::add);
        return expected;
    }

    private static List<String> after(List<String> ids, long revision) {
        return ids.stream()
                .filter(id -> Long.parseLong(id.split("\\.", -1)[0]) > revision)
                .toList();
    }

    private static String record(JsonNode exception) {
        return exception.path("shard").asText() + " " + exception.path("key").asText();
    }

    /** Each record in the list of exceptions was in as many events as it had attempts. */
    private static void assertListed(ClusterUnderTest cluster, Map<String, Integer> attempts) throws Exception {
        HttpCalls calls = HttpCalls.to(cluster.managers().get(0).http().toString());
        JsonNode page =
                ExactJson.MAPPER.readTree(calls.get("/api/v1/jobs/" + cluster.jobId() + "/exceptions?limit=1000")
                        .body());
        assertThat(page.has("next")).as("a second page").isFalse();
        assertThat(page.path("exceptions")).isNotEmpty();
        for (JsonNode exception : page.path("exceptions")) {
            assertThat(attempts)
                    .containsEntry(record(exception), exception.path("attempts").asInt());
        }
    }
}
