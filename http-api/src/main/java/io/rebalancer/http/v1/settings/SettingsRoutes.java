package io.rebalancer.http.v1.settings;

import io.rebalancer.core.port.FleetSettingsService;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.http.server.Action;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.JobIds;
import io.rebalancer.http.server.Json;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RequestBody;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;

/**
 * What operators set while jobs run.
 *
 * <pre>
 *   GET   /api/v1/settings           totals over all jobs, and the window of the fleet
 *   PATCH /api/v1/settings           changes them, see {@link SettingsBody}
 *   GET   /api/v1/jobs/ID/settings   what holds for one job, and why
 *   PATCH /api/v1/jobs/ID/settings   changes them
 * </pre>
 */
public final class SettingsRoutes extends AllDirectives {
    private final FleetSettingsService fleet;
    private final JobService jobs;
    private final AuditedActions audit;
    private final Clock clock;

    /**
     * @param audit records each change
     * @param clock decides whether a window is shown as open
     */
    public SettingsRoutes(FleetSettingsService fleet, JobService jobs, AuditedActions audit, Clock clock) {
        this.fleet = fleet;
        this.jobs = jobs;
        this.audit = audit;
        this.clock = clock;
    }

    public Route routes() {
        return concat(
                path(
                        PathMatchers.separateOnSlashes("api/v1/settings"),
                        () -> concat(get(() -> Problems.complete(ofFleet())), patch(this::changeFleet))),
                pathPrefix(
                        PathMatchers.separateOnSlashes("api/v1/jobs"),
                        () -> JobIds.pathPrefix(jobId -> path(
                                "settings",
                                () -> concat(
                                        get(() -> Problems.complete(ofJob(jobId))), patch(() -> changeJob(jobId)))))));
    }

    private CompletionStage<HttpResponse> ofFleet() {
        return fleet.get()
                .thenApply(choices -> Json.response(StatusCodes.OK, SettingsView.of(choices, clock.instant())));
    }

    private CompletionStage<HttpResponse> ofJob(UUID jobId) {
        return jobs.settings(jobId)
                .thenApply(report -> Json.response(StatusCodes.OK, SettingsView.of(report, clock.instant())));
    }

    private Route changeFleet() {
        return RequestBody.parsed(
                SettingsBody::ofFleet,
                change -> audit.as(operator -> Problems.complete(operator.perform(
                                settings("fleet.settings", "fleet", change),
                                () -> fleet.change(change, operator.name()))
                        .thenApply(
                                choices -> Json.response(StatusCodes.OK, SettingsView.of(choices, clock.instant()))))));
    }

    private Route changeJob(UUID jobId) {
        return RequestBody.parsed(
                SettingsBody::ofJob,
                change -> audit.as(operator -> Problems.complete(operator.perform(
                                settings("job.settings", jobId.toString(), change),
                                () -> jobs.changeSettings(jobId, change, operator.name()))
                        .thenCompose(view -> ofJob(jobId)))));
    }

    private static Action settings(String word, String subject, SettingsChange change) {
        return Action.on(word, subject).with("change", change.text());
    }
}
