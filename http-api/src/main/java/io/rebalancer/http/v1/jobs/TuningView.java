package io.rebalancer.http.v1.jobs;

import io.rebalancer.core.evacuate.JobRules;
import io.rebalancer.core.evacuate.Tuning;
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
        if (commitParallelism < 1 || commitParallelism > JobRules.MAX_COMMIT_PARALLELISM) {
            throw new IllegalArgumentException("commitParallelism must be a whole number from 1 to "
                    + JobRules.MAX_COMMIT_PARALLELISM + ", not " + commitParallelism);
        }
    }

    static TuningView parse(String body) throws MalformedBody {
        return StrictJson.convert(JsonFields.object(body), TuningView.class);
    }

    /** Empty if the operator changed nothing. */
    static Optional<TuningView> of(Tuning tuning) {
        return tuning.chosenCommitParallelism().stream()
                .mapToObj(TuningView::new)
                .findFirst();
    }
}
