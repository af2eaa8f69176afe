package io.rebalancer.http.server;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.access.TokenRefusal;
import io.rebalancer.core.certificate.CertificateRefusal;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.port.AgentControl.LimitsRefused;
import io.rebalancer.core.port.AuditTrail.AuditUnavailable;
import io.rebalancer.core.port.CertificateService.CertificateRefused;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.JobHistory.BadCursor;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.PlanService.PlanRefused;
import io.rebalancer.core.port.PlanService.PlansUnavailable;
import io.rebalancer.core.port.ReconciliationService.RunRefused;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.core.port.TokenService.TokenRefused;
import io.rebalancer.core.text.OneLine;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.Directives;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns failures of requests into problem documents. */
public final class Problems {
    private static final Logger LOGGER = LoggerFactory.getLogger(Problems.class);

    private static final String BAD_REQUEST = "BAD_REQUEST";

    private Problems() {}

    /** Completes the request with the response, or with the problem document of the failure. */
    public static Route complete(CompletionStage<HttpResponse> response) {
        return Directives.completeWithFuture(response.exceptionally(Problems::of));
    }

    /** The problem document of a failure. A failure that clients cannot act on is a 503, and its cause is logged. */
    public static HttpResponse of(Throwable failure) {
        Throwable cause = Failures.rootCause(failure);
        if (cause instanceof JobRefused refused) {
            return Problem.of(statusOf(refused.code()), refused.code().name(), OneLine.of(refused));
        }
        if (cause instanceof CertificateRefused refused) {
            return Problem.of(statusOf(refused.code()), refused.code().name(), OneLine.of(refused));
        }
        if (cause instanceof PlanRefused refused) {
            return of(refused.refusal());
        }
        if (cause instanceof TokenRefused refused) {
            return of(refused.refusal());
        }
        if (cause instanceof RunRefused refused) {
            return Problem.of(statusOf(refused.code()), refused.code().name(), OneLine.of(refused));
        }
        if (cause instanceof AgentUnavailable refused) {
            return Problem.of(statusOf(refused.code()), refused.code().name(), OneLine.of(refused));
        }
        if (cause instanceof BadCursor || cause instanceof LimitsRefused) {
            return badRequest(OneLine.of(cause));
        }
        if (cause instanceof AuditUnavailable) {
            return Problem.of(
                    StatusCodes.SERVICE_UNAVAILABLE,
                    "AUDIT_UNAVAILABLE",
                    OneLine.of(cause) + "; repeat the request later");
        }
        LOGGER.warn("request failed; the client gets 503 and may repeat it", cause);
        return Problem.of(
                StatusCodes.SERVICE_UNAVAILABLE,
                "UNAVAILABLE",
                reasonUnavailable(cause) + "; repeat the request later");
    }

    /** The stable code of a refusal; empty if the failure is no refusal. */
    static Optional<String> refusalCode(Throwable cause) {
        if (cause instanceof JobRefused refused) {
            return Optional.of(refused.code().name());
        }
        if (cause instanceof PlanRefused refused) {
            return Optional.of(refused.refusal().code().name());
        }
        if (cause instanceof TokenRefused refused) {
            return Optional.of(refused.refusal().code().name());
        }
        if (cause instanceof CertificateRefused refused) {
            return Optional.of(refused.code().name());
        }
        if (cause instanceof RunRefused refused) {
            return Optional.of(refused.code().name());
        }
        if (cause instanceof LimitsRefused) {
            return Optional.of(BAD_REQUEST);
        }
        return cause instanceof AgentUnavailable refused && refused.code().isNotSent()
                ? Optional.of(refused.code().name())
                : Optional.empty();
    }

    /** 400 with code {@code BAD_REQUEST}. */
    public static HttpResponse badRequest(String detail) {
        return Problem.of(StatusCodes.BAD_REQUEST, BAD_REQUEST, detail);
    }

    /** 404 with code {@code JOB_NOT_FOUND}. */
    public static HttpResponse jobNotFound(UUID jobId) {
        return Problem.of(
                StatusCodes.NOT_FOUND, "JOB_NOT_FOUND", "no job " + jobId + "; GET /api/v1/jobs lists all jobs");
    }

    /** The status of each refusal. A new code does not compile until it has a status. */
    public static StatusCode statusOf(JobRefused.Code code) {
        return switch (code) {
            case UNKNOWN_STORAGE_NODE, BAD_REQUEST -> StatusCodes.BAD_REQUEST;
            case NODE_ALREADY_LEAVING, ILLEGAL_NODE_STATE, JOB_NOT_RUNNING -> StatusCodes.CONFLICT;
            case JOB_NOT_FOUND -> StatusCodes.NOT_FOUND;
        };
    }

    /** The status of each reason why there is no certificate. */
    private static StatusCode statusOf(CertificateRefusal.Code code) {
        return switch (code) {
            case NODE_NOT_DRAINED, JOB_NOT_DONE, EVIDENCE_MISSING, SHARD_NOT_VERIFIED, SHARD_INCOMPLETE, RECORDS_LEFT ->
                StatusCodes.CONFLICT;
            case SIGNING_KEY_UNUSABLE -> StatusCodes.SERVICE_UNAVAILABLE;
        };
    }

    private static StatusCode statusOf(RunRefused.Code code) {
        return switch (code) {
            case RECONCILIATION_DISABLED -> StatusCodes.SERVICE_UNAVAILABLE;
            case RECONCILIATION_RUNNING -> StatusCodes.CONFLICT;
            case PLAN_NOT_USABLE -> StatusCodes.PRECONDITION_FAILED;
            case RUN_NOT_FOUND -> StatusCodes.NOT_FOUND;
            case UNKNOWN_STORAGE_NODE, BAD_REQUEST -> StatusCodes.BAD_REQUEST;
        };
    }

    private static StatusCode statusOf(AgentUnavailable.Code code) {
        return switch (code) {
            case STORAGE_NODE_NOT_FOUND -> StatusCodes.NOT_FOUND;
            case AGENT_NOT_IN_CLUSTER -> StatusCodes.CONFLICT;
            case AGENT_UNREACHABLE, AGENT_FAILED -> StatusCodes.SERVICE_UNAVAILABLE;
            case AGENT_NO_REPLY -> StatusCodes.GATEWAY_TIMEOUT;
        };
    }

    private static HttpResponse of(TokenRefusal refusal) {
        return Problem.of(statusOf(refusal.code()), refusal.code().name(), OneLine.of(refusal.detail()));
    }

    private static StatusCode statusOf(TokenRefusal.Code code) {
        return switch (code) {
            case TOKEN_NAME_IN_USE, TOO_MANY_TOKENS, ADMIN_EXISTS -> StatusCodes.CONFLICT;
            case TOKEN_NOT_FOUND -> StatusCodes.NOT_FOUND;
        };
    }

    /** The changes of the fleet are a member of the document, if they are the reason. */
    private static HttpResponse of(PlanRefusal refusal) {
        Map<String, ?> extensions = refusal.changes().isEmpty() ? Map.of() : Map.of("changes", refusal.changes());
        return Problem.of(statusOf(refusal.code()), refusal.code().name(), OneLine.of(refusal.detail()), extensions);
    }

    private static StatusCode statusOf(PlanRefusal.Code code) {
        return switch (code) {
            case PLAN_NOT_FOUND -> StatusCodes.NOT_FOUND;
            case IDEMPOTENCY_KEY_REUSED -> StatusCodes.UNPROCESSABLE_ENTITY;
            case PLAN_NOT_READY, PLAN_OUTDATED, PLAN_IS_WHAT_IF -> StatusCodes.CONFLICT;
            case PLAN_MISMATCH, UNKNOWN_STORAGE_NODE -> StatusCodes.BAD_REQUEST;
            case TOO_MANY_PLANS -> StatusCodes.TOO_MANY_REQUESTS;
            case FLEET_UNKNOWN -> StatusCodes.SERVICE_UNAVAILABLE;
        };
    }

    /** Which dependency did not reply, in one line. Clients learn nothing else about the failure. */
    public static String reasonUnavailable(Throwable cause) {
        return cause instanceof TierUnavailable
                        || cause instanceof AuditUnavailable
                        || cause instanceof PlansUnavailable
                ? OneLine.of(cause)
                : "the job or the registry of jobs did not reply in time";
    }
}
