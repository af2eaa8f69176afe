package io.rebalancer.playground;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.testsupport.EventStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that follows a job, by the event stream of the job or of the fleet, until the job has ended. It reconnects to the
 * next manager with the id of its last event, and checks that no event comes twice.
 */
final class StreamClient extends Thread {
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final Duration RECONNECT_DELAY = Duration.ofMillis(200);
    /** A client that does not read keeps little, so its manager notices soon. */
    private static final int SLOW_RECEIVE_BUFFER = 4096;

    private final String jobId;
    private final boolean isOfFleet;
    private final List<InetSocketAddress> managers;
    /** Where a slow client stops to read; empty for others. */
    private final Optional<CountDownLatch> resumes;

    private final Set<String> seen = new HashSet<>();
    private int manager;
    private Optional<String> lastId = Optional.empty();

    // Read by the test after this thread has ended, but for those that are volatile.
    final List<Long> states = new ArrayList<>();
    final List<String> exceptions = new ArrayList<>();
    final List<String> faults = new ArrayList<>();
    private long progress;
    private boolean ended;
    private boolean stalled;
    volatile boolean connected;
    volatile int dropped;
    volatile int connections;

    /**
     * @param jobId the job whose events are kept
     * @param managers in the order in which it tries them
     * @param resumes lets a slow client read again; empty for others
     */
    StreamClient(String jobId, boolean isOfFleet, List<InetSocketAddress> managers, Optional<CountDownLatch> resumes) {
        super(null, null, "stream", 64 * 1024);
        this.jobId = jobId;
        this.isOfFleet = isOfFleet;
        this.managers = List.copyOf(managers);
        this.resumes = resumes;
        setDaemon(true);
    }

    boolean isOfFleet() {
        return isOfFleet;
    }

    boolean isSlow() {
        return resumes.isPresent();
    }

    /** The first revision of which every event after it has to be there. */
    long firstRevision() {
        return states.get(0);
    }

    @Override
    public void run() {
        while (!ended && !isInterrupted()) {
            try (EventStream stream = EventStream.open(
                    managers.get(manager % managers.size()),
                    isOfFleet ? "/api/v1/events" : "/api/v1/jobs/" + jobId + "/events",
                    lastId,
                    isSlow() ? SLOW_RECEIVE_BUFFER : 0,
                    SILENCE)) {
                if (stream.status() == 200) {
                    connections++;
                    connected = true;
                    read(stream);
                } else if (stream.status() == 204) {
                    ended = true;
                } else {
                    manager++;
                }
            } catch (IOException e) {
                // The manager is gone, or this client was too slow for too long.
                manager++;
            }
            connected = false;
            if (!ended) {
                LockSupport.parkNanos(RECONNECT_DELAY.toNanos());
            }
        }
    }

    private void read(EventStream stream) throws IOException {
        while (!ended) {
            Optional<EventStream.Event> event = stream.next();
            if (event.isEmpty()) {
                return;
            }
            take(event.get());
            if (isSlow() && !stalled && !states.isEmpty()) {
                stalled = true;
                awaitResume();
            }
        }
    }

    private void awaitResume() {
        try {
            resumes.orElseThrow().await();
        } catch (InterruptedException e) {
            interrupt();
        }
    }

    private void take(EventStream.Event event) throws IOException {
        if (event.type().equals("dropped")) {
            dropped++;
            return;
        }
        if (!event.type().equals("progress")) {
            String key = event.type() + " " + event.id().orElse("without id") + " ";
            boolean isKnown =
                    event.id().isPresent() ? !seen.add(key) : event.type().equals("exception");
            if (isKnown) {
                faults.add("twice, or without an id: " + event);
            }
        }
        JsonNode data = ExactJson.MAPPER.readTree(event.data());
        switch (event.type()) {
            case "state" -> {
                if (data.path("id").asText().equals(jobId)) {
                    takeState(data);
                }
            }
            case "progress" -> {
                if (data.path("id").asText().equals(jobId)) {
                    takeRevision(data);
                }
            }
            case "exception" -> exceptions.add(event.id().orElse(""));
            case "storage-node" -> {}
            default -> faults.add("unknown: " + event);
        }
        if (event.id().isPresent()) {
            lastId = event.id();
        }
    }

    private void takeState(JsonNode job) {
        long before = states.isEmpty() ? 0 : states.get(states.size() - 1);
        long revision = takeRevision(job);
        if (revision <= before) {
            faults.add("state of revision " + revision + " after that of " + before);
        }
        states.add(revision);
        ended = JobWatch.hasEnded(job);
    }

    private long takeRevision(JsonNode job) {
        long revision = job.path("revision").asLong();
        if (revision < progress) {
            faults.add("revision " + revision + " after " + progress);
        }
        progress = revision;
        return revision;
    }
}
