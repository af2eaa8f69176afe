package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;
import io.rebalancer.http.server.StrictJson;
import java.util.Optional;

/**
 * The settings that an operator changed on a running job; also the body of {@code PATCH /api/v1/jobs/ID/tuning}.
 *
 * @param commitParallelism records swapped at a time, 1 to 250
 */
record TuningView(int commitParallelism) {

    TuningView {
        SettingsChange.of(SettingName.COMMIT_PARALLELISM, commitParallelism);
    }

    static TuningView parse(String body) throws MalformedBody {
        return StrictJson.convert(JsonFields.object(body), TuningView.class);
    }

    /** Empty if the operator changed nothing. */
    static Optional<TuningView> of(Choices settings) {
        return settings.find(SettingName.COMMIT_PARALLELISM)
                .map(chosen -> new TuningView(Math.toIntExact(chosen.value())));
    }

    SettingsChange change() {
        return SettingsChange.of(SettingName.COMMIT_PARALLELISM, commitParallelism);
    }
}
