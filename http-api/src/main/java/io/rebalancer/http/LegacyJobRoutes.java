package io.rebalancer.http;

import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.JobService.JobRefused;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The older manager's API (manta.md section 2); every body is labelled JSON, as it was, even plain text. */
final class LegacyJobRoutes extends AllDirectives {
    private static final Logger LOGGER = LoggerFactory.getLogger(LegacyJobRoutes.class);

    private final JobService jobs;

    LegacyJobRoutes(JobService jobs) {
        this.jobs = jobs;
    }

    Route routes() {
        return pathPrefix(
                "jobs",
                () -> concat(
                        pathEnd(() -> concat(get(() -> complete(list())), post(() -> create()))),
                        path(PathMatchers.segment(), id -> get(() -> complete(status(id))))));
    }

    private Route complete(CompletionStage<HttpResponse> response) {
        return completeWithFuture(response.exceptionally(LegacyJobRoutes::failed));
    }

    private CompletionStage<HttpResponse> list() {
        return jobs.list().thenApply(all -> text(StatusCodes.OK, Json.write(LegacyView.entries(all))));
    }

    private Route create() {
        return RequestBody.text(this, body -> {
            JobOrder order;
            try {
                order = JobOrder.legacy(body);
            } catch (JobOrder.Malformed e) {
                return complete(text(StatusCodes.UNPROCESSABLE_ENTITY, e.getMessage() + "\n"));
            }
            return complete(jobs.create(order.leavingNode(), order.maxRecords())
                    .thenApply(id -> text(StatusCodes.OK, id + "\n")));
        });
    }

    private CompletionStage<HttpResponse> status(String id) {
        Optional<UUID> jobId = JobIds.parse(id);
        if (jobId.isEmpty()) {
            return CompletableFuture.completedFuture(text(StatusCodes.BAD_REQUEST, "Invalid UUID: " + id));
        }
        return jobs.get(jobId.get())
                .thenApply(found -> found.map(view -> text(StatusCodes.OK, Json.write(LegacyView.status(view.state()))))
                        .orElseGet(() -> text(StatusCodes.BAD_REQUEST, "Could not find job UUID: " + jobId.get())));
    }

    private static HttpResponse failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof JobRefused refused) {
            return text(JobRefusals.statusOf(refused.code()), refused.getMessage() + "\n");
        }
        LOGGER.warn("a legacy request could not be answered", cause);
        return text(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        "the manager can't answer now, try again: " + Unavailable.detail(cause) + "\n")
                .addHeader(Problem.retryAfter());
    }

    private static HttpResponse text(StatusCode status, String body) {
        return HttpResponse.create().withStatus(status).withEntity(ContentTypes.APPLICATION_JSON, body);
    }
}
