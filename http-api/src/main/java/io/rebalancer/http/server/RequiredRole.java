package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.OpenIdSettings;
import io.rebalancer.core.access.Role;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * The least role that a request needs.
 *
 * <pre>
 *   everything under /api/v1/tokens, /api/v1/sessions   admin
 *   the own session                                     viewer
 *   a change of the cluster's members                   admin
 *   the drop of an assignment that an agent holds       admin
 *   carrying out a plan of reconciliation               admin
 *   a restore of a file from quarantine                 admin
 *   what a run of reconciliation found                  operator
 *   what is in a quarantine                             operator
 *   any other request with a changing method            operator
 *   any other request                                   viewer
 * </pre>
 */
final class RequiredRole {
    private static final String TOKENS = "/api/v1/tokens";
    private static final String SESSIONS = "/api/v1/sessions";
    private static final String SESSION = "/api/v1/session";
    /** What a browser needs before it has logged in, and what has no secrets. */
    private static final Set<String> PUBLIC = Set.of(
            "/",
            "/openapi.yaml",
            "/openapi.json",
            "/api",
            "/api/v1/login-methods",
            OpenIdSettings.LOGIN_PATH,
            OpenIdSettings.REDIRECT_PATH);

    private static final String PAGE_FILES = "/api/assets/";
    private static final String CONSOLE = "/console";
    private static final String CLUSTER = "/api/v1/cluster/";
    private static final String STORAGE_NODES = "/api/v1/storage-nodes/";
    private static final String RECONCILIATION_RUNS = "/api/v1/reconciliation/runs/";
    private static final String FINDINGS = "/findings";
    private static final String ACT = "/act";
    private static final String QUARANTINE = "/api/v1/reconciliation/quarantine/";

    private RequiredRole() {}

    /** Whether a path needs no token. */
    static boolean isPublic(String path) {
        return HealthRoutes.isHealth(path)
                || PUBLIC.contains(path)
                || path.startsWith(PAGE_FILES)
                || path.equals(CONSOLE)
                || path.startsWith(CONSOLE + "/");
    }

    static Role of(HttpRequest request) {
        String path = request.getUri().path();
        if (isBelow(TOKENS, path) || isBelow(SESSIONS, path)) {
            return Role.ADMIN;
        }
        // They name owners and objects of customers.
        if (path.startsWith(RECONCILIATION_RUNS) && path.endsWith(FINDINGS)) {
            return Role.OPERATOR;
        }
        if (path.startsWith(QUARANTINE)) {
            return request.method().isSafe() ? Role.OPERATOR : Role.ADMIN;
        }
        if (path.startsWith(RECONCILIATION_RUNS) && path.endsWith(ACT)) {
            return request.method().isSafe() ? Role.VIEWER : Role.ADMIN;
        }
        if (request.method().isSafe() || path.equals(SESSION)) {
            return Role.VIEWER;
        }
        boolean dropsAssignment = request.method().equals(HttpMethods.DELETE) && path.startsWith(STORAGE_NODES);
        return path.startsWith(CLUSTER) || dropsAssignment ? Role.ADMIN : Role.OPERATOR;
    }

    private static boolean isBelow(String prefix, String path) {
        return path.equals(prefix) || path.startsWith(prefix + "/");
    }
}
