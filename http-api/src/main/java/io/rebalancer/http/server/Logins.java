package io.rebalancer.http.server;

import io.rebalancer.cluster.settings.AccessTokens;
import io.rebalancer.cluster.settings.HttpSettings;
import io.rebalancer.cluster.settings.LegacyAccess;
import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.port.AuditTrail;
import io.rebalancer.core.port.SessionStore;
import io.rebalancer.core.port.TokenDirectory;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * Finds out who sends each request to a manager, and refuses requests without a token, with a token that is not accepted, and
 * with a role that is not enough. A browser may send the cookie of a session instead. A token is never ignored: a wrong one is refused where none is needed, too. Paths of the
 * health of the process need no token, because a load balancer has none; nor do the contract and its page, which have no secrets.
 */
public final class Logins implements RequestCheck {
    /** The user of requests with a token of the token file. No issued token has this name. */
    public static final String FILE_USER = "token-file";

    private static final UUID FILE_ID = new UUID(0, 0);

    private final boolean needed;
    private final Optional<AccessTokens> file;
    private final TokenDirectory tokens;
    private final Supplier<LegacyAccess> legacy;
    private final SessionLogins sessions;
    private final FailedLogins failures = new FailedLogins(System::nanoTime);
    private final RefusedLogins refused;
    private final Clock clock;

    /**
     * @param sessions logins of browsers
     * @param legacy who may call the legacy routes at the moment
     * @param trail records refused logins
     */
    public Logins(
            HttpSettings settings,
            TokenDirectory tokens,
            SessionStore sessions,
            Supplier<LegacyAccess> legacy,
            AuditTrail trail,
            Clock clock) {
        this.needed = settings.needsLogin();
        this.file = settings.tokens();
        this.tokens = tokens;
        this.sessions = new SessionLogins(sessions, tokens, settings.tokens(), clock);
        this.legacy = legacy;
        this.refused = new RefusedLogins(trail, clock);
        this.clock = clock;
    }

    @Override
    public String name() {
        return "login";
    }

    @Override
    public Optional<HttpResponse> refusal(HttpRequest request) {
        return check(request).refusal();
    }

    @Override
    public Checked check(HttpRequest request) {
        String path = request.getUri().path();
        if (RequiredRole.isPublic(path)) {
            return passed(request, Sender.nameless(Role.VIEWER));
        }
        boolean isLegacy = path.equals("/jobs") || path.startsWith("/jobs/");
        if (isLegacy && legacy.get().closed()) {
            return refused(
                    request,
                    Problem.of(
                            StatusCodes.FORBIDDEN,
                            "LEGACY_API_CLOSED",
                            "the legacy API is closed (legacy.access = closed); use /api/v1"));
        }
        Optional<String> secret = BearerToken.of(request);
        if (secret.isPresent()) {
            return login(request, secret.get());
        }
        Optional<Sender> session = sessions.find(request);
        if (session.isPresent()) {
            return session(request, session.get());
        }
        if (isLegacy && legacy.get().isOpenTo(AuditedActions.address(request))) {
            return passed(request, Sender.nameless(Role.OPERATOR));
        }
        return needed ? refused(request, tokenRequired()) : passed(request, Sender.nameless(Role.ADMIN));
    }

    /** A browser sends the cookie with every request, so a change must come from a page of this listener. */
    private Checked session(HttpRequest request, Sender sender) {
        if (request.method().isSafe() || OriginCheck.isFromOwnPage(request)) {
            return checkRole(request, sender);
        }
        return forbidden(
                request,
                sender,
                "CSRF_REFUSED",
                Problem.of(
                        StatusCodes.FORBIDDEN,
                        "CSRF_REFUSED",
                        "a change with the cookie of a session must come from a page of this manager, as Sec-Fetch-Site or"
                                + " Origin state; other clients send a token in the header Authorization"));
    }

    private Checked login(HttpRequest request, String secret) {
        Optional<InetAddress> address = AuditedActions.address(request);
        Optional<Login> login = find(secret);
        if (!failures.mayTry(address)
                && !login.map(each -> failures.hasUsed(address, each.id())).orElse(false)) {
            refused.record(AuditedActions.sender(request, ""), "login.fail", "token", "TOO_MANY_FAILED_LOGINS");
            return refused(
                    request,
                    Problem.of(
                            StatusCodes.TOO_MANY_REQUESTS,
                            "TOO_MANY_FAILED_LOGINS",
                            "too many wrong tokens came from this address; repeat the request later, with the right token"));
        }
        if (login.isEmpty()) {
            failures.failed(address);
            refused.record(
                    AuditedActions.sender(request, ""), "login.fail", "token", LoginRefusal.TOKEN_INVALID.name());
            return refused(
                    request,
                    BearerToken.refused(
                            LoginRefusal.TOKEN_INVALID,
                            "the token in the header Authorization is not one of this cluster; ask an administrator for one"));
        }
        return checkStatus(request, login.get(), address);
    }

    /**
     * A token that is known.
     *
     * @param issued empty for a token of the token file
     */
    private record Login(UUID id, Sender sender, Optional<IssuedToken> issued) {}

    private Optional<Login> find(String secret) {
        if (file.map(each -> each.accepts(secret)).orElse(false)) {
            return Optional.of(new Login(
                    FILE_ID,
                    new Sender(FILE_USER, Role.ADMIN, () -> true, new Credential.FileToken(TokenSecret.hash(secret))),
                    Optional.empty()));
        }
        return tokens.find(TokenSecret.hash(secret))
                .map(token -> new Login(
                        token.id(),
                        new Sender(
                                token.token().name(),
                                token.role(),
                                () -> isAccepted(token.id()),
                                new Credential.Token(token.id())),
                        Optional.of(token)));
    }

    private boolean isAccepted(UUID id) {
        return tokens.find(id)
                .map(token -> token.statusAt(clock.instant()) == IssuedToken.Status.ACTIVE)
                .orElse(false);
    }

    private Checked checkStatus(HttpRequest request, Login login, Optional<InetAddress> address) {
        Optional<IssuedToken.Status> status = login.issued().map(token -> token.statusAt(clock.instant()));
        if (status.isPresent() && status.get() != IssuedToken.Status.ACTIVE) {
            LoginRefusal refusal = status.get() == IssuedToken.Status.EXPIRED
                    ? LoginRefusal.TOKEN_EXPIRED
                    : LoginRefusal.TOKEN_REVOKED;
            refused.record(
                    AuditedActions.sender(request, login.sender().user()), "login.fail", "token", refusal.name());
            return refused(
                    request,
                    BearerToken.refused(
                            refusal,
                            "the token " + login.sender().user() + " is "
                                    + status.get().name().toLowerCase(Locale.ROOT)
                                    + "; ask an administrator for another one"));
        }
        failures.succeeded(address, login.id());
        login.issued().ifPresent(tokens::recordUse);
        return checkRole(request, login.sender());
    }

    private Checked checkRole(HttpRequest request, Sender sender) {
        Role needs = RequiredRole.of(request);
        if (sender.role().includes(needs)) {
            return passed(request, sender);
        }
        return forbidden(
                request,
                sender,
                "ROLE_REQUIRED",
                Problem.of(
                        StatusCodes.FORBIDDEN,
                        "ROLE_REQUIRED",
                        "the user " + sender.user() + " has the role "
                                + sender.role().word() + ", and " + what(request) + " needs the role " + needs.word()
                                + "; ask an administrator for that role"));
    }

    private Checked forbidden(HttpRequest request, Sender sender, String code, HttpResponse response) {
        refused.record(AuditedActions.sender(request, sender.user()), "access.refuse", what(request), code);
        return refused(request, response);
    }

    private static String what(HttpRequest request) {
        return request.method().name() + " " + request.getUri().path();
    }

    private static Checked passed(HttpRequest request, Sender sender) {
        return new Checked(sender.mark(request), Optional.empty());
    }

    private static Checked refused(HttpRequest request, HttpResponse response) {
        return new Checked(request, Optional.of(response));
    }

    private static HttpResponse tokenRequired() {
        return BearerToken.refused(
                LoginRefusal.TOKEN_REQUIRED,
                "this listener needs a token in the header Authorization: Bearer TOKEN; ask an administrator for one, who"
                        + " creates it with rebalancer-adm token create");
    }
}
