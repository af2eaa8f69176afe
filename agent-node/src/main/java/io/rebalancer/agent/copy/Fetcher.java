package io.rebalancer.agent.copy;

import io.rebalancer.agent.store.IncomingObject;
import io.rebalancer.agent.store.ObjectRejected;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.StorageNodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.pekko.Done;
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
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * Fetches an object from the storage nodes that hold a copy.
 *
 * <pre>
 * healthiest source ─GET─► length agrees? ─► digest and write ─► verified
 *        ├─ broke off, bytes came ─► the rest of it, from where it broke off
 *        ├─ wrong bytes ───────────► all of it, from another source; this one is not asked again
 *        └─ anything else ─────────► another source
 * </pre>
 *
 * The address is built from the agent's own topology. No redirect is followed and no proxy is used; more bytes than were
 * declared are never written; silence and slowness have deadlines.
 */
public final class Fetcher {
    private static final int MAX_RESUMPTIONS = 20;
    private static final long CHUNK = 1 << 18;
    private static final long WORTH_RESUMING = 1 << 20;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration MAX_DEADLINE = Duration.ofDays(7);
    private static final long MAX_THROTTLED_SECONDS = 3600;
    private static final Duration MAX_IDLE = Duration.ofMinutes(30);
    private static final Duration MAX_SOURCE_PAUSE = Duration.ofSeconds(3);
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int NOT_FOUND = 404;
    private static final int MAX_OPEN_REQUESTS = 1024;

    private final ActorSystem<?> system;
    private final AgentSettings settings;
    private final ObjectStore store;
    private final Sources sources;
    private final CopyLimiter pace;
    private final DiskExecutor disk;
    private final ConnectionPoolSettings connections;

    public Fetcher(
            ActorSystem<?> system, AgentSettings settings, ObjectStore store, Sources sources, CopyLimiter pace) {
        this.system = system;
        this.settings = settings;
        this.store = store;
        this.sources = sources;
        this.pace = pace;
        this.disk = new DiskExecutor(system);
        ConnectionPoolSettings defaults = ConnectionPoolSettings.create(system.classicSystem());
        this.connections = defaults.withMaxConnections(CopyLimits.MAX_PARALLEL_FETCHES)
                .withMaxOpenRequests(MAX_OPEN_REQUESTS)
                .withMaxRetries(0)
                .withResponseEntitySubscriptionTimeout(settings.idleTimeout())
                .withConnectionSettings(ClientConnectionSettings.create(system.classicSystem())
                        .withConnectingTimeout(CONNECT_TIMEOUT)
                        .withIdleTimeout(MAX_IDLE));
    }

    /** Verified bytes that are not yet published; the caller closes them. Fails with {@link CopyFailed}. */
    CompletionStage<IncomingObject> fetch(CopyOrder order) {
        if (order.sources().isEmpty()) {
            return CompletableFuture.failedFuture(
                    new CopyFailed(Reason.SOURCE_OBJECT_NOT_FOUND, "no storage node is named as a source"));
        }
        return disk.run(() -> store.begin(order.key(), order.sizeBytes(), order.md5()))
                .thenCompose(object -> new Attempts(order, object)
                        .from(sources.healthiestFirst(order.sources()))
                        .handle((done, failure) -> failure == null
                                ? CompletableFuture.completedFuture(object)
                                : disk.run(() -> {
                                    DiskExecutor.close(object);
                                    throw CopyFailed.of(failure);
                                }))
                        .thenCompose(stage -> stage.thenApply(same -> object)));
    }

    /** The attempts to fetch one object, one after the other. */
    private final class Attempts {
        private final CopyOrder order;
        private final IncomingObject object;
        private int resumptions;
        private boolean fromSeveral;

        Attempts(CopyOrder order, IncomingObject object) {
            this.order = order;
            this.object = object;
        }

        CompletionStage<Void> from(List<StorageNodeId> left) {
            StorageNodeId source = left.get(0);
            long before = object.written();
            return attempt(source)
                    .handle((done, failure) -> failure == null
                            ? CompletableFuture.<Void>completedFuture(null)
                            : goOn(left, CopyFailed.of(failure), object.written() - before))
                    .thenCompose(stage -> stage);
        }

        private CompletionStage<Void> goOn(List<StorageNodeId> left, CopyFailed cause, long progress) {
            if (!cause.sourceIsAtFault()) {
                return CompletableFuture.failedFuture(cause);
            }
            if (cause.bytesAreWrong() && fromSeveral) {
                // Which of them gave wrong bytes is not known: this one is asked for all of them.
                fromSeveral = false;
                return restart().thenCompose(done -> from(left));
            }
            boolean keep = !cause.bytesAreWrong()
                    && object.written() >= WORTH_RESUMING
                    && order.sizeBytes() != ObjectStore.UNKNOWN_SIZE;
            if (keep && progress > 0 && resumptions < MAX_RESUMPTIONS) {
                resumptions++;
                return from(left);
            }
            List<StorageNodeId> others = left.subList(1, left.size());
            if (others.isEmpty()) {
                return CompletableFuture.failedFuture(cause);
            }
            fromSeveral = keep;
            return (keep ? CompletableFuture.<Void>completedFuture(null) : restart()).thenCompose(done -> from(others));
        }

        private CompletableFuture<Void> restart() {
            return disk.run(() -> {
                object.restart();
                return null;
            });
        }

        private CompletionStage<Void> attempt(StorageNodeId id) {
            SourceNode source;
            try {
                source = sources.of(id);
            } catch (CopyFailed unknown) {
                return CompletableFuture.failedFuture(unknown);
            }
            return rested(source)
                    .thenCompose(done -> source.within(() -> request(source)))
                    .exceptionally(failure -> {
                        throw CopyFailed.of(failure)
                                .at(source.url() + "/" + order.key().relativePath());
                    })
                    .whenComplete((done, failure) -> {
                        boolean trouble =
                                failure != null && CopyFailed.of(failure).sourceIsInTrouble();
                        pace.fetched(trouble);
                        if (trouble) {
                            source.failed();
                        } else {
                            source.succeeded();
                        }
                    });
        }

        /** Never completes with null, which a Scala future takes for a failure without a cause. */
        private CompletionStage<Done> rested(SourceNode source) {
            CompletionStage<Done> now = CompletableFuture.completedFuture(Done.getInstance());
            Duration rest = source.rest();
            if (rest.compareTo(Duration.ZERO) <= 0) {
                return now;
            }
            Duration bounded = rest.compareTo(MAX_SOURCE_PAUSE) > 0 ? MAX_SOURCE_PAUSE : rest;
            return Patterns.after(bounded, system.classicSystem(), () -> now);
        }

        private CompletionStage<Void> request(SourceNode source) {
            HttpRequest request =
                    HttpRequest.create(source.url() + "/" + order.key().relativePath());
            if (object.written() > 0) {
                request =
                        request.addHeader(Range.create(RangeUnits.BYTES, ByteRange.createFromOffset(object.written())));
            }
            CompletionStage<HttpResponse> answer = Http.get(system)
                    .singleRequest(
                            request,
                            Http.get(system).defaultClientHttpsContext(),
                            connections,
                            system.classicSystem().log());
            return inTime(answer).thenCompose(response -> receive(source, response));
        }

        /** An answer that comes too late is thrown away, or it would keep its connection for ever. */
        private CompletionStage<HttpResponse> inTime(CompletionStage<HttpResponse> answer) {
            Duration longest = settings.idleTimeout();
            CompletableFuture<HttpResponse> inTime =
                    answer.toCompletableFuture().copy().orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS);
            answer.thenAccept(late -> {
                if (inTime.isCompletedExceptionally()) {
                    late.discardEntityBytes(system);
                }
            });
            return inTime.exceptionally(failure -> {
                throw failure instanceof TimeoutException
                        ? new CopyFailed(Reason.SOURCE_OTHER_ERROR, "no answer within " + longest)
                        : CopyFailed.of(failure);
            });
        }

        private CompletionStage<Void> receive(SourceNode source, HttpResponse response) {
            int status = response.status().intValue();
            if (status == PARTIAL && object.written() > 0 && continues(response)) {
                return write(source, response);
            }
            if (status != OK) {
                response.discardEntityBytes(system);
                return CompletableFuture.failedFuture(refusal(status));
            }
            OptionalLong length = response.entity().getContentLengthOption();
            boolean disagrees = order.sizeBytes() != ObjectStore.UNKNOWN_SIZE
                    && length.isPresent()
                    && length.getAsLong() != order.sizeBytes();
            if (disagrees) {
                response.discardEntityBytes(system);
                return CompletableFuture.failedFuture(new CopyFailed(
                        Reason.MD5_MISMATCH, "declares " + length.getAsLong() + " bytes, not " + order.sizeBytes()));
            }
            return object.written() == 0
                    ? write(source, response)
                    : restart().thenCompose(done -> write(source, response));
        }

        private boolean continues(HttpResponse response) {
            Optional<ContentRange> range = response.getHeader(ContentRange.class);
            return range.map(each -> each.contentRange())
                    .filter(each -> each.getSatisfiableFirst().equals(OptionalLong.of(object.written())))
                    .filter(each -> each.getInstanceLength().isEmpty()
                            || each.getInstanceLength().getAsLong() == order.sizeBytes())
                    .isPresent();
        }

        private CopyFailed refusal(int status) {
            Reason reason = status == NOT_FOUND ? Reason.SOURCE_OBJECT_NOT_FOUND : Reason.HTTP_STATUS_CODE;
            return new CopyFailed(reason, status, "answered " + status);
        }

        private CompletionStage<Void> write(SourceNode source, HttpResponse response) {
            return body(source, response)
                    .thenCompose(done -> disk.run(() -> {
                        object.verify(order.assignmentId());
                        return null;
                    }));
        }

        private CompletionStage<?> body(SourceNode source, HttpResponse response) {
            if (response.entity() instanceof HttpEntity.Strict whole) {
                return source.pass(whole.getData()).thenCompose(bytes -> disk.run(() -> append(object, bytes)));
            }
            return response.entity()
                    .withoutSizeLimit()
                    .getDataBytes()
                    .idleTimeout(silence())
                    .completionTimeout(deadline())
                    .mapAsync(1, source::pass)
                    .via(Flow.of(ByteString.class).fold(object, Fetcher::append).async(DiskExecutor.DISPATCHER))
                    .runWith(Sink.ignore(), system);
        }

        /** Bytes that our own limits hold back are not a source's silence. */
        private Duration silence() {
            return heldBack()
                    .map(rate -> settings.idleTimeout().plusSeconds(Math.min(CHUNK / rate, MAX_THROTTLED_SECONDS)))
                    .orElse(settings.idleTimeout());
        }

        /** A source that drips is not silent; it has to end all the same. */
        private Duration deadline() {
            if (order.sizeBytes() == ObjectStore.UNKNOWN_SIZE) {
                return MAX_DEADLINE;
            }
            long rate = Math.min(settings.slowestBytesPerSecond(), heldBack().orElse(Long.MAX_VALUE));
            Duration whole = settings.idleTimeout().plusSeconds(order.sizeBytes() / rate);
            return whole.compareTo(MAX_DEADLINE) > 0 ? MAX_DEADLINE : whole;
        }

        /** What our own limits leave one copy at the least, in bytes a second; empty without a limit. */
        private Optional<Long> heldBack() {
            CopyLimits limits = pace.limits();
            return Stream.of(limits.bytesPerSecond(), limits.bytesPerSecondOfSource())
                    .filter(limit -> limit > 0)
                    .map(limit -> Math.max(1, limit / (2 * CopyLimits.MAX_PARALLEL_FETCHES)))
                    .min(Comparator.naturalOrder());
        }
    }

    private static IncomingObject append(IncomingObject object, ByteString bytes) throws IOException, ObjectRejected {
        object.write(bytes.asByteBuffer());
        return object;
    }
}
