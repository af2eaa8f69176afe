package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectRejected;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.Dispatchers;
import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.settings.AgentSettings.SourceSettings;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.assignment.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.ByteRange;
import org.apache.pekko.http.javadsl.model.headers.ContentRange;
import org.apache.pekko.http.javadsl.model.headers.Range;
import org.apache.pekko.http.javadsl.model.headers.RangeUnits;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;
import org.apache.pekko.http.javadsl.settings.ConnectionPoolSettings;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * Downloads an object from one source with one GET. It follows no redirect, uses no proxy, and never writes more bytes
 * than the order declares. A silent or slow source times out.
 */
final class SourceClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONNECTION_IDLE_TIMEOUT = Duration.ofMinutes(30);
    private static final Duration MAX_DOWNLOAD_TIMEOUT = Duration.ofDays(7);
    private static final int MAX_OPEN_REQUESTS = 1024;
    private static final long CHUNK_BYTES = 1 << 18;
    private static final long MAX_THROTTLED_SECONDS = 3600;

    /** A longer body is cut off if it is not needed. Reading a short one keeps the connection. */
    private static final long MAX_DISCARDED_BYTES = 64 << 10;

    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;

    private final ActorSystem<?> system;
    private final SourceSettings settings;
    private final CopyLimiter limiter;
    private final BlockingExecutor disk;
    private final ConnectionPoolSettings connections;

    SourceClient(ActorSystem<?> system, SourceSettings settings, CopyLimiter limiter, BlockingExecutor disk) {
        this.system = system;
        this.settings = settings;
        this.limiter = limiter;
        this.disk = disk;
        this.connections = ConnectionPoolSettings.create(system.classicSystem())
                .withMaxConnections(CopyLimits.MAX_PARALLEL_FETCHES)
                .withMaxOpenRequests(MAX_OPEN_REQUESTS)
                .withMaxRetries(0)
                .withResponseEntitySubscriptionTimeout(settings.idleTimeout())
                .withConnectionSettings(ClientConnectionSettings.create(system.classicSystem())
                        .withConnectingTimeout(CONNECT_TIMEOUT)
                        .withIdleTimeout(CONNECTION_IDLE_TIMEOUT));
    }

    /**
     * Downloads the bytes that {@code object} is missing and verifies the object.
     *
     * @param object keeps the bytes that arrived, even if the download fails
     */
    CompletionStage<Void> download(SourceNode source, CopyOrder order, IncomingObject object) {
        HttpRequest request =
                HttpRequest.create(source.url() + "/" + order.key().relativePath());
        if (object.writtenBytes() > 0) {
            request = request.addHeader(
                    Range.create(RangeUnits.BYTES, ByteRange.createFromOffset(object.writtenBytes())));
        }
        CompletionStage<HttpResponse> response = Http.get(system)
                .singleRequest(
                        request,
                        Http.get(system).defaultClientHttpsContext(),
                        connections,
                        system.classicSystem().log());
        return timeOut(response).thenCompose(received -> receive(source, order, object, received));
    }

    /** A response that arrives after the timeout is discarded; otherwise it would keep its connection forever. */
    private CompletionStage<HttpResponse> timeOut(CompletionStage<HttpResponse> response) {
        Duration timeout = settings.idleTimeout();
        CompletableFuture<HttpResponse> inTime =
                response.toCompletableFuture().copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        response.thenAccept(received -> {
            if (inTime.isCompletedExceptionally()) {
                discard(received);
            }
        });
        return inTime.exceptionally(failure -> {
            throw failure instanceof TimeoutException
                    ? new CopyFailure(Reason.SOURCE_OTHER_ERROR, "no response within " + timeout)
                    : CopyFailure.from(failure);
        });
    }

    private CompletionStage<Void> receive(
            SourceNode source, CopyOrder order, IncomingObject object, HttpResponse response) {
        int status = response.status().intValue();
        if (status == PARTIAL && object.writtenBytes() > 0 && continues(order, object, response)) {
            return write(source, order, object, response);
        }
        if (status != OK) {
            discard(response);
            Reason reason = status == NOT_FOUND ? Reason.SOURCE_OBJECT_NOT_FOUND : Reason.HTTP_STATUS_CODE;
            return CompletableFuture.failedFuture(new CopyFailure(reason, status, "answered " + status));
        }
        OptionalLong length = response.entity().getContentLengthOption();
        boolean lengthDiffers = order.sizeBytes() != ObjectStore.UNKNOWN_SIZE
                && length.isPresent()
                && length.getAsLong() != order.sizeBytes();
        if (lengthDiffers) {
            discard(response);
            return CompletableFuture.failedFuture(new CopyFailure(
                    Reason.MD5_MISMATCH, "declares " + length.getAsLong() + " bytes, not " + order.sizeBytes()));
        }
        return object.writtenBytes() == 0
                ? write(source, order, object, response)
                : restart(object).thenCompose(done -> write(source, order, object, response));
    }

    /**
     * Ends a response whose body is not needed. Reading a large body to its end would use the network beside all limits,
     * so the connection is closed unless the body is known to be short.
     */
    private void discard(HttpResponse response) {
        OptionalLong length = response.entity().getContentLengthOption();
        if (length.isPresent() && length.getAsLong() <= MAX_DISCARDED_BYTES) {
            response.discardEntityBytes(system);
        } else {
            response.entity().getDataBytes().runWith(Sink.cancelled(), system);
        }
    }

    private CompletableFuture<Void> restart(IncomingObject object) {
        return disk.run(() -> {
            object.restart();
            return null;
        });
    }

    /** Whether a partial response starts at the first missing byte. */
    private static boolean continues(CopyOrder order, IncomingObject object, HttpResponse response) {
        return response.getHeader(ContentRange.class)
                .map(header -> header.contentRange())
                .filter(range -> range.getSatisfiableFirst().equals(OptionalLong.of(object.writtenBytes())))
                .filter(range -> range.getInstanceLength().isEmpty()
                        || range.getInstanceLength().getAsLong() == order.sizeBytes())
                .isPresent();
    }

    private CompletionStage<Void> write(
            SourceNode source, CopyOrder order, IncomingObject object, HttpResponse response) {
        return writeBody(source, order, object, response)
                .thenCompose(done -> disk.run(() -> {
                    object.verify(order.assignmentId());
                    return null;
                }));
    }

    private CompletionStage<?> writeBody(
            SourceNode source, CopyOrder order, IncomingObject object, HttpResponse response) {
        if (response.entity() instanceof HttpEntity.Strict strict) {
            return source.throttle(strict.getData()).thenCompose(bytes -> disk.run(() -> append(object, bytes)));
        }
        return response.entity()
                .withoutSizeLimit()
                .getDataBytes()
                .idleTimeout(idleTimeout())
                .completionTimeout(downloadTimeout(order))
                .mapAsync(1, source::throttle)
                .via(Flow.of(ByteString.class)
                        .fold(object, SourceClient::append)
                        .async(Dispatchers.DISK))
                .runWith(Sink.ignore(), system);
    }

    private static IncomingObject append(IncomingObject object, ByteString bytes) throws IOException, ObjectRejected {
        object.write(bytes.asByteBuffer());
        return object;
    }

    /** The longest silence of a source, extended by the time that the agent's own limits may delay one chunk. */
    private Duration idleTimeout() {
        return minThrottledRate()
                .map(rate -> settings.idleTimeout().plusSeconds(Math.min(CHUNK_BYTES / rate, MAX_THROTTLED_SECONDS)))
                .orElse(settings.idleTimeout());
    }

    /** The longest duration of a download. It ends sources that send slowly but are never silent. */
    private Duration downloadTimeout(CopyOrder order) {
        if (order.sizeBytes() == ObjectStore.UNKNOWN_SIZE) {
            return MAX_DOWNLOAD_TIMEOUT;
        }
        long rate = Math.min(settings.minBytesPerSecond(), minThrottledRate().orElse(Long.MAX_VALUE));
        Duration timeout = settings.idleTimeout().plusSeconds(order.sizeBytes() / rate);
        return timeout.compareTo(MAX_DOWNLOAD_TIMEOUT) > 0 ? MAX_DOWNLOAD_TIMEOUT : timeout;
    }

    /** The lowest rate, in bytes per second, to which the agent's own limits slow one copy; empty without a limit. */
    private Optional<Long> minThrottledRate() {
        CopyLimits limits = limiter.limits();
        return Stream.of(limits.bytesPerSecond(), limits.bytesPerSecondOfSource())
                .filter(limit -> limit > 0)
                .map(limit -> Math.max(1, limit / (2 * CopyLimits.MAX_PARALLEL_FETCHES)))
                .min(Comparator.naturalOrder());
    }
}
