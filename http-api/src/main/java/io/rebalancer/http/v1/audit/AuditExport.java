package io.rebalancer.http.v1.audit;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.port.AuditEntries;
import io.rebalancer.core.port.AuditEntries.Line;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.port.AuditTrail.AuditUnavailable;
import io.rebalancer.http.server.Problems;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * {@code GET /api/v1/audit/export}: the whole audit log up to the last entry at the time of the request, which the header
 * {@value #LAST} names. Memory does not depend on the length of the log. If an entry can't be read, the response is cut off.
 */
final class AuditExport extends AllDirectives {
    static final String LAST = "Rebalancer-Audit-Last";
    private static final int PAGE = 500;
    private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CATCH_UP_INTERVAL = Duration.ofMillis(100);
    private static final ContentType JSON_LINES =
            ContentTypes.create(MediaTypes.applicationWithFixedCharset("x-ndjson", HttpCharsets.UTF_8));

    private final AuditTrail trail;
    private final AuditEntries entries;

    AuditExport(AuditTrail trail, AuditEntries entries) {
        this.trail = trail;
        this.entries = entries;
    }

    Route route() {
        return extractActorSystem(system -> Problems.complete(
                trail.last().thenCompose(last -> awaitTables(last, system).thenApply(ready -> response(last)))));
    }

    /** The tables lag behind the log. An export that ends too early would look like one whose end was removed. */
    private CompletionStage<Long> awaitTables(AuditHead last, ActorSystem system) {
        return Source.tick(Duration.ZERO, CATCH_UP_INTERVAL, last.number())
                .mapAsync(1, wanted -> entries.lastNumber())
                .filter(number -> number >= last.number())
                .completionTimeout(CATCH_UP_TIMEOUT)
                .runWith(Sink.head(), system)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        Failures.rootCause(failure) instanceof TimeoutException
                                ? new AuditUnavailable(
                                        "the tables do not have entry " + last.number()
                                                + " of the audit log yet; see the projection metrics and the log of the"
                                                + " oldest manager",
                                        failure)
                                : failure));
    }

    private HttpResponse response(AuditHead last) {
        Source<ByteString, NotUsed> lines =
                Source.unfoldAsync(0L, before -> page(before, last.number())).map(ByteString::fromString);
        return HttpResponse.create()
                .addHeader(RawHeader.create(LAST, last.text()))
                .withEntity(HttpEntities.createChunked(JSON_LINES, lines));
    }

    /** The lines behind an entry, and the number of the last of them. */
    private CompletionStage<Optional<Pair<Long, String>>> page(long before, long last) {
        if (before >= last) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return entries.after(before, (int) Math.min(PAGE, last - before)).thenApply(found -> {
            if (found.isEmpty()) {
                throw new IllegalStateException("the tables have no entry of the audit log after entry " + before);
            }
            return Optional.of(Pair.create(found.get(found.size() - 1).number(), text(found)));
        });
    }

    private static String text(List<Line> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.text()).append('\n'));
        return text.toString();
    }
}
