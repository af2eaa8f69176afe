package io.rebalancer.http.server;

import io.rebalancer.core.port.JobService.JobRefused;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** The status of each refusal; a new code does not compile until it has one. */
public final class JobRefusals {

    private JobRefusals() {}

    public static StatusCode statusOf(JobRefused.Code code) {
        return switch (code) {
            case UNKNOWN_STORAGE_NODE, BAD_REQUEST -> StatusCodes.BAD_REQUEST;
            case NODE_ALREADY_LEAVING, JOB_NOT_RUNNING -> StatusCodes.CONFLICT;
            case JOB_NOT_FOUND -> StatusCodes.NOT_FOUND;
        };
    }
}
