package io.rebalancer.manager.fast;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.manager.fast.FastEndpoints.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Calls a Fast service over a few connections, which are made when needed.
 *
 * <pre>
 * call ─► open connection with the fewest calls ─► (busy, and one more allowed?) ─► another connection beside it
 *         none open ─► pick an endpoint and connect; after a failure not before a pause that grows, with jitter
 * </pre>
 *
 * Calls are never repeated here: the caller knows which may be. A connection that has been silent for a while is pinged,
 * and closed if that is not answered.
 */
public final class FastClient implements AutoCloseable {
    private static final int BUSY = 16;
    private static final long MIN_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 10_000;

    private final ActorSystem<?> system;
    private final FastEndpoints endpoints;
    private final FastOptions options;
    private final List<FastConnection> open = new ArrayList<>();
    private final Cancellable health;
    private Optional<CompletionStage<FastConnection>> connecting = Optional.empty();
    private Optional<Endpoint> lastFailed = Optional.empty();
    private String lastFault = "";
    private int failures;
    private long notBeforeNanos = System.nanoTime();
    private boolean closed;

    /**
     * What a client's connections are doing.
     *
     * @param open connections
     * @param callsInFlight calls that wait for their end on all of them
     * @param lastFault why the last connection was lost or not made, or empty text
     */
    public record Health(int open, int callsInFlight, String lastFault) {}

    /** Does no I/O yet. */
    public FastClient(ActorSystem<?> system, FastEndpoints endpoints, FastOptions options) {
        this.system = system;
        this.endpoints = endpoints;
        this.options = options;
        this.health = system.scheduler()
                .scheduleWithFixedDelay(
                        options.pingInterval(), options.pingInterval(), this::pingSilent, system.executionContext());
    }

    /**
     * Calls {@code method}.
     *
     * @return the values of all DATA frames and of the END frame, in order; fails with {@link FastCallFailed} when the
     *     server refused, and with {@link FastUnavailable} when it did not answer
     */
    public CompletionStage<List<JsonNode>> call(String method, List<? extends JsonNode> arguments) {
        Optional<FastConnection> ready = ready();
        return ready.isPresent()
                ? ready.get().call(method, arguments)
                : connection().thenCompose(made -> made.call(method, arguments));
    }

    /** A look at the connections now. */
    public synchronized Health health() {
        return new Health(
                open.size(),
                open.stream().mapToInt(FastConnection::callsInFlight).sum(),
                lastFault);
    }

    /** The open connection with the fewest calls; another one is begun beside it when even that one is busy. */
    private synchronized Optional<FastConnection> ready() {
        Optional<FastConnection> least = open.stream().min(Comparator.comparingInt(FastConnection::callsInFlight));
        boolean another = least.filter(each -> each.callsInFlight() >= BUSY).isPresent()
                && open.size() < options.connections()
                && mayConnect();
        if (another) {
            connection().whenComplete((made, failure) -> {});
        }
        return least;
    }

    private boolean mayConnect() {
        return !closed && System.nanoTime() - notBeforeNanos >= 0;
    }

    private synchronized CompletionStage<FastConnection> connection() {
        if (connecting.isPresent()) {
            return connecting.get();
        }
        if (!mayConnect()) {
            return CompletableFuture.failedFuture(new FastUnavailable(
                    closed ? "the client is closed" : lastFault + " (the next connection is tried in a moment)"));
        }
        CompletionStage<FastConnection> made = endpoints.pick(lastFailed).thenApply(this::connect);
        // An endpoint that is known at once has connected already and left nothing to wait for.
        if (!made.toCompletableFuture().isDone()) {
            connecting = Optional.of(made);
        }
        made.whenComplete((connection, failure) -> connected(failure));
        return made;
    }

    private synchronized FastConnection connect(Endpoint endpoint) {
        FastConnection connection = new FastConnection(system, endpoint, options);
        open.add(connection);
        connection.whenClosed().thenAccept(why -> lost(connection, endpoint, why));
        connection.whenFirstAnswer().thenRun(this::answered);
        return connection;
    }

    private synchronized void connected(Throwable failure) {
        connecting = Optional.empty();
        if (failure != null) {
            pause(String.valueOf((failure.getCause() == null ? failure : failure.getCause()).getMessage()));
        }
    }

    private synchronized void answered() {
        failures = 0;
        lastFailed = Optional.empty();
    }

    private synchronized void lost(FastConnection connection, Endpoint endpoint, String why) {
        open.remove(connection);
        lastFailed = Optional.of(endpoint);
        pause(why);
    }

    private void pause(String why) {
        lastFault = why;
        long ceiling = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS << Math.min(failures++, 10));
        long millis = ceiling / 2 + ThreadLocalRandom.current().nextLong(ceiling / 2 + 1);
        notBeforeNanos = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    }

    private void pingSilent() {
        List<FastConnection> now;
        synchronized (this) {
            now = List.copyOf(open);
        }
        now.forEach(FastConnection::pingIfSilent);
    }

    @Override
    public void close() {
        List<FastConnection> now;
        synchronized (this) {
            closed = true;
            now = List.copyOf(open);
        }
        health.cancel();
        now.forEach(FastConnection::close);
    }
}
