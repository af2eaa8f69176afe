package io.rebalancer.manager.fast;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.cluster.async.ExponentialBackoff;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.manager.fast.FastEndpoints.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Calls a Fast service over a few connections, which are opened on demand.
 *
 * <pre>
 * call ─► open connection with the fewest calls ─► busy, and below the limit? ─► another connection is opened as well
 *         none open ─► pick an endpoint and connect; after a failure with a growing, jittered backoff
 * </pre>
 *
 * Calls are not retried here, because only the caller knows which calls may be repeated. A silent connection is pinged,
 * and closed if the ping gets no answer.
 */
public final class FastClient implements AutoCloseable {
    private static final int BUSY_CALLS = 16;
    private static final ExponentialBackoff BACKOFF =
            new ExponentialBackoff(Duration.ofMillis(100), Duration.ofSeconds(10));

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
     * The state of a client's connections.
     *
     * @param open connections
     * @param callsInFlight calls without an END frame, on all connections
     * @param lastFault why the last connection was lost or could not be opened, or empty text
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
     *     server answers with an error, and with {@link FastUnavailable} when it does not answer
     */
    public CompletionStage<List<JsonNode>> call(String method, List<? extends JsonNode> arguments) {
        return call(method, arguments, () -> true);
    }

    /**
     * Calls {@code method} if {@code maySend} permits it after the lookup, the connect and the wait in the send queue.
     *
     * @param maySend asked on any thread right before the request is written to the socket; if it returns false, the
     *     request is not written and the call fails with a {@link FastUnavailable} that was not sent
     * @return like {@link #call(String, List)}
     */
    public CompletionStage<List<JsonNode>> call(
            String method, List<? extends JsonNode> arguments, BooleanSupplier maySend) {
        Optional<FastConnection> ready = ready();
        return ready.isPresent()
                ? ready.get().call(method, arguments, maySend)
                : connect().thenCompose(opened -> opened.call(method, arguments, maySend));
    }

    /** The current state of the connections. */
    public synchronized Health health() {
        return new Health(
                open.size(),
                open.stream().mapToInt(FastConnection::callsInFlight).sum(),
                lastFault);
    }

    /** The open connection with the fewest calls. If it is busy, another connection is opened in the background. */
    private synchronized Optional<FastConnection> ready() {
        Optional<FastConnection> least = open.stream().min(Comparator.comparingInt(FastConnection::callsInFlight));
        boolean another =
                least.filter(each -> each.callsInFlight() >= BUSY_CALLS).isPresent()
                        && open.size() < options.connections()
                        && mayConnect();
        if (another) {
            connect().whenComplete((opened, failure) -> {});
        }
        return least;
    }

    private boolean mayConnect() {
        return !closed && System.nanoTime() - notBeforeNanos >= 0;
    }

    private synchronized CompletionStage<FastConnection> connect() {
        if (connecting.isPresent()) {
            return connecting.get();
        }
        if (!mayConnect()) {
            return CompletableFuture.failedFuture(FastUnavailable.notSent(
                    closed
                            ? "the client is closed"
                            : lastFault + " (the next connection attempt follows after a backoff)"));
        }
        CompletionStage<FastConnection> opened = endpoints.pick(lastFailed).thenApply(this::open);
        // With an endpoint that is known without a lookup, the connection is open already.
        if (!opened.toCompletableFuture().isDone()) {
            connecting = Optional.of(opened);
        }
        opened.whenComplete((connection, failure) -> onConnectFinished(failure));
        return opened;
    }

    private synchronized FastConnection open(Endpoint endpoint) {
        FastConnection connection = new FastConnection(system, endpoint, options);
        open.add(connection);
        connection.whenClosed().thenAccept(why -> onClosed(connection, endpoint, why));
        connection.whenFirstAnswer().thenRun(this::onFirstAnswer);
        return connection;
    }

    private synchronized void onConnectFinished(Throwable failure) {
        connecting = Optional.empty();
        if (failure != null) {
            backOff(String.valueOf(Failures.rootCause(failure).getMessage()));
        }
    }

    private synchronized void onFirstAnswer() {
        failures = 0;
        lastFailed = Optional.empty();
    }

    private synchronized void onClosed(FastConnection connection, Endpoint endpoint, String why) {
        open.remove(connection);
        lastFailed = Optional.of(endpoint);
        backOff(why);
    }

    private void backOff(String why) {
        lastFault = why;
        notBeforeNanos = System.nanoTime() + BACKOFF.delay(failures++).toNanos();
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
