package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.port.JobHistory;
import io.rebalancer.core.port.JobHistory.ExceptionLine;
import io.rebalancer.core.port.JobHistory.Page;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * All exceptions of a job as one file. Memory does not depend on their number. A file that can't be read to its end is cut off:
 * the connection ends without the last chunk.
 */
final class ExceptionExport {
    private final JobHistory history;
    private final int pageSize;

    /** @param pageSize exceptions that are read at a time, 1 to {@link JobHistory#MAX_PAGE} */
    ExceptionExport(JobHistory history, int pageSize) {
        this.history = history;
        this.pageSize = pageSize;
    }

    /** The response; fails if the list can't be read at all. */
    CompletionStage<HttpResponse> response(UUID jobId, Optional<Reason> reason, ExceptionFormat format) {
        return history.exceptions(jobId, reason, Optional.empty(), pageSize)
                .thenApply(first -> HttpResponse.create()
                        .withEntity(HttpEntities.createChunked(
                                format.contentType(), content(jobId, reason, format, first))));
    }

    private Source<ByteString, NotUsed> content(
            UUID jobId, Optional<Reason> reason, ExceptionFormat format, Page<ExceptionLine> first) {
        Source<String, NotUsed> further = Source.unfoldAsync(first.next(), cursor -> page(jobId, reason, cursor))
                .map(lines -> text(format, lines));
        // An empty chunk would end the response.
        return Source.from(List.of(format.header(), text(format, first.items())))
                .concat(further)
                .filter(text -> !text.isEmpty())
                .map(ByteString::fromString);
    }

    private CompletionStage<Optional<Pair<Optional<String>, List<ExceptionLine>>>> page(
            UUID jobId, Optional<Reason> reason, Optional<String> cursor) {
        return cursor.isEmpty()
                ? CompletableFuture.completedFuture(Optional.empty())
                : history.exceptions(jobId, reason, cursor, pageSize)
                        .thenApply(page -> Optional.of(Pair.create(page.next(), page.items())));
    }

    private static String text(ExceptionFormat format, List<ExceptionLine> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(format.line(ExceptionView.of(line))));
        return text.toString();
    }
}
