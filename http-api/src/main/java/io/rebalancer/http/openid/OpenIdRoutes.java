package io.rebalancer.http.openid;

import io.rebalancer.cluster.async.BlockingExecutor;
import io.rebalancer.cluster.async.Failures;
import io.rebalancer.cluster.settings.OpenIdSettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.http.openid.OpenIdProvider.LoginRefused;
import io.rebalancer.http.server.AuditedActions;
import io.rebalancer.http.server.FailedLogins;
import io.rebalancer.http.server.Operator;
import io.rebalancer.http.server.Problem;
import io.rebalancer.http.server.Problems;
import io.rebalancer.http.server.RefusedLogins;
import io.rebalancer.http.server.SessionCookie;
import io.rebalancer.http.server.SessionStart;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Location;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logins at a provider of OpenID Connect.
 *
 * <pre>
 *   GET /login/openid           sends a browser to the provider
 *   GET /login/openid/callback  the provider sends it back here, and a session begins
 * </pre>
 */
public final class OpenIdRoutes extends AllDirectives {
    /** Comes along when the provider sends the browser back, which a strict cookie does not. */
    private static final SessionCookie ATTEMPT = new SessionCookie("rebalancer-login", "Lax");

    private static final Duration LOGIN_TIME = Duration.ofMinutes(10);
    /** Logins that wait for the provider at a time. */
    private static final int MAX_AT_A_TIME = 20;

    private static final String REFUSED = "OPENID_REFUSED";
    private static final String UNAVAILABLE = "OPENID_UNAVAILABLE";
    private static final Logger LOGGER = LoggerFactory.getLogger(OpenIdRoutes.class);

    private final Optional<OpenIdSettings> settings;
    private final Optional<OpenIdProvider> provider;
    private final BlockingExecutor blocking;
    private final Semaphore slots = new Semaphore(MAX_AT_A_TIME);
    private final SessionStart sessions;
    private final AuditedActions audit;
    private final RefusedLogins refused;
    private final FailedLogins failures = new FailedLogins(System::nanoTime);

    /**
     * @param blocking carries out calls to the provider
     * @param settings empty if there is no provider
     * @param audit records each login
     * @param refused records each refused login
     * @throws IllegalArgumentException if the file of authorities can't be used
     */
    public OpenIdRoutes(
            BlockingExecutor blocking,
            Optional<OpenIdSettings> settings,
            SessionStart sessions,
            AuditedActions audit,
            RefusedLogins refused) {
        this.settings = settings;
        this.provider = settings.map(OpenIdProvider::new);
        this.blocking = blocking;
        this.sessions = sessions;
        this.audit = audit;
        this.refused = refused;
    }

    public Route routes() {
        return concat(
                path(
                        PathMatchers.separateOnSlashes("login/openid"),
                        () -> get(() -> parameterOptional(
                                "return", path -> withProvider(known -> begin(known, path.orElse("/")))))),
                path(
                        PathMatchers.separateOnSlashes("login/openid/callback"),
                        () -> get(() -> withProvider(this::end))));
    }

    private Route withProvider(Function<OpenIdProvider, Route> inner) {
        return provider.map(inner)
                .orElseGet(() -> complete(Problem.of(
                        StatusCodes.NOT_FOUND,
                        "OPENID_NOT_CONFIGURED",
                        "this manager has no provider of OpenID Connect (rebalancer.manager.login.openid); log in with a"
                                + " token")));
    }

    private Route begin(OpenIdProvider known, String returnTo) {
        LoginAttempt attempt = LoginAttempt.begin(returnTo);
        return completeWithFuture(inSlot(() -> known.address(attempt))
                .thenApply(address -> HttpResponse.create()
                        .withStatus(StatusCodes.SEE_OTHER)
                        .addHeader(Location.create(address.toString()))
                        .addHeader(ATTEMPT.set(attempt.encoded(), LOGIN_TIME)))
                .exceptionally(OpenIdRoutes::unavailable));
    }

    private Route end(OpenIdProvider known) {
        return extractRequest(request -> audit.as(operator -> {
            if (!failures.mayTry(AuditedActions.address(request))) {
                return complete(LoginPage.failed(
                        StatusCodes.TOO_MANY_REQUESTS,
                        "TOO_MANY_FAILED_LOGINS",
                        "Too many logins from this address failed. Wait some seconds."));
            }
            Optional<LoginAttempt> attempt = ATTEMPT.of(request)
                    .flatMap(LoginAttempt::decode)
                    .filter(each -> query(request, "state")
                            .filter(each.state().getValue()::equals)
                            .isPresent());
            if (attempt.isEmpty()) {
                return complete(fail(
                        request,
                        StatusCodes.BAD_REQUEST,
                        "LOGIN_NOT_BEGUN",
                        "This browser did not begin this login, or began it more than 10 minutes ago."));
            }
            Optional<String> code = query(request, "code");
            if (code.isEmpty()) {
                return complete(fail(
                        request,
                        StatusCodes.FORBIDDEN,
                        REFUSED,
                        "The provider refused the login: "
                                + query(request, "error").orElse("no reason") + " "
                                + query(request, "error_description").orElse("")));
            }
            return completeWithFuture(end(known, operator, request, code.get(), attempt.get()));
        }));
    }

    private CompletionStage<HttpResponse> end(
            OpenIdProvider known, Operator operator, HttpRequest request, String code, LoginAttempt attempt) {
        return inSlot(() -> known.claims(code, attempt))
                .thenCompose(claims -> start(operator, request, claims, attempt))
                .exceptionally(failure -> Failures.rootCause(failure) instanceof LoginRefused refusal
                        ? fail(request, StatusCodes.FORBIDDEN, REFUSED, OneLine.of(refusal))
                        : unavailable(failure))
                .thenApply(response -> response.addHeader(ATTEMPT.clear()));
    }

    private CompletionStage<HttpResponse> start(
            Operator operator, HttpRequest request, Map<String, Object> claims, LoginAttempt attempt) {
        OpenIdSettings known = settings.orElseThrow();
        List<String> values = Claims.texts(claims, known.roleClaim());
        String name = Claims.texts(claims, known.nameClaim()).stream()
                .findFirst()
                .orElseGet(() -> String.valueOf(claims.get("sub")));
        Optional<Role> role = known.role(values);
        if (role.isEmpty()) {
            return CompletableFuture.completedFuture(fail(
                    request,
                    StatusCodes.FORBIDDEN,
                    "NO_ROLE",
                    "The user " + name + " has none of the values of the claim " + known.roleClaim()
                            + " that give a role here. Ask an administrator."));
        }
        return sessions.start(operator, OpenIdUser.name(name), role.get(), Optional.empty(), Optional.empty())
                .thenApply(started -> LoginPage.goOn(attempt.returnTo()).addHeader(started.cookie()))
                .exceptionally(Problems::of);
    }

    private HttpResponse fail(HttpRequest request, StatusCode status, String code, String detail) {
        failures.failed(AuditedActions.address(request));
        refused.record(AuditedActions.sender(request, ""), "login.fail", "openid", code);
        LOGGER.info("login at the provider failed: {} {}", code, OneLine.of(detail));
        return LoginPage.failed(status, code, detail);
    }

    private static HttpResponse unavailable(Throwable failure) {
        LOGGER.warn("the provider of OpenID Connect can't be used", Failures.rootCause(failure));
        return LoginPage.failed(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        UNAVAILABLE,
                        "The provider can't be reached. The log of this manager has the cause. A token works meanwhile.")
                .addHeader(Problem.retryAfter());
    }

    private <T> CompletionStage<T> inSlot(Callable<T> call) {
        if (!slots.tryAcquire()) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    MAX_AT_A_TIME + " logins wait for the provider, and no further one may now"));
        }
        return blocking.run(call).whenComplete((result, failure) -> slots.release());
    }

    private static Optional<String> query(HttpRequest request, String name) {
        return request.getUri().query().get(name);
    }
}
