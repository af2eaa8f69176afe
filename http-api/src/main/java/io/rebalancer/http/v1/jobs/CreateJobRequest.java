package io.rebalancer.http.v1.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.http.server.JsonFields;
import io.rebalancer.http.server.MalformedBody;

/**
 * The body of {@code POST /api/v1/jobs}: {@code {"leavingNode":"...","maxObjects":n}}.
 *
 * @param maxObjects the maximum number of records that the job takes up, or 0 for all
 */
record CreateJobRequest(String leavingNode, long maxObjects) {

    static CreateJobRequest parse(String body) throws MalformedBody {
        JsonNode request = JsonFields.object(body);
        return new CreateJobRequest(
                JsonFields.storageId(request, "leavingNode", "leavingNode"),
                JsonFields.recordLimit(request, "maxObjects", 0));
    }
}
