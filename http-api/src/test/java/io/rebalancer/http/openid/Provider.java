package io.rebalancer.http.openid;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rebalancer.cluster.settings.LoginSettings;
import io.rebalancer.cluster.settings.OpenIdSettings;
import io.rebalancer.core.access.Role;
import io.rebalancer.http.SessionsInMemory;
import io.rebalancer.http.server.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * A provider of OpenID Connect that logs everyone in: description, authorization, token and key endpoints, with client secret and
 * PKCE. A test changes the claims, the signing key, or the answers.
 */
public final class Provider implements AutoCloseable {
    public static final String CLIENT = "rebalancer";
    public static final String SECRET = "secret of the client";
    private static final String JSON = "application/json";

    private final HttpServer server;
    private final RSAKey key;
    /** Requests for authorization, by the code that they got. */
    private final Map<String, Map<String, List<String>>> requests = new ConcurrentHashMap<>();

    /** Changes the claims of the next ID tokens. */
    public volatile UnaryOperator<JWTClaimsSet.Builder> claims = same -> same;
    /** Signs the next ID tokens. */
    public volatile RSAKey signingKey;
    /** The error with which authorization ends; empty for none. */
    public volatile String error = "";
    /** How often the keys can't be read from now on. */
    public final AtomicInteger keyFailures = new AtomicInteger();
    /** The status of the token endpoint when it is not 200. */
    public volatile int tokenStatus = 200;

    public Provider() throws IOException, JOSEException {
        key = anotherKey();
        signingKey = key;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/.well-known/openid-configuration", exchange -> answer(exchange, JSON, description()));
        server.createContext("/keys", this::keys);
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.start();
    }

    static RSAKey anotherKey() throws JOSEException {
        return new RSAKeyGenerator(2048).keyID("one").generate();
    }

    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * Settings of a manager whose users log in here, and get roles by the nested claim {@code realm_access.roles}.
     *
     * @param redirect where browsers are sent back
     */
    public LoginSettings login(String redirect) {
        return new LoginSettings(
                Duration.ofHours(12),
                SessionsInMemory.IDLE,
                Optional.of(new OpenIdSettings(
                        "single sign-on",
                        URI.create(issuer()),
                        CLIENT,
                        SECRET,
                        URI.create(redirect),
                        List.of("profile"),
                        "preferred_username",
                        "realm_access.roles",
                        Map.of(
                                Role.VIEWER,
                                List.of("staff"),
                                Role.OPERATOR,
                                List.of("storage-operators"),
                                Role.ADMIN,
                                List.of()),
                        Optional.empty())));
    }

    private String description() {
        return Json.write(Map.of(
                "issuer",
                issuer(),
                "authorization_endpoint",
                issuer() + "/authorize",
                "token_endpoint",
                issuer() + "/token",
                "jwks_uri",
                issuer() + "/keys",
                "response_types_supported",
                List.of("code"),
                "subject_types_supported",
                List.of("public"),
                "id_token_signing_alg_values_supported",
                List.of("RS256")));
    }

    private void keys(HttpExchange exchange) throws IOException {
        if (keyFailures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        } else {
            answer(exchange, JSON, new JWKSet(key.toPublicJWK()).toString());
        }
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, List<String>> query =
                URLUtils.parseParameters(exchange.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        requests.put(code, query);
        String result = error.isEmpty() ? "code=" + code : "error=" + error + "&error_description=not+today";
        exchange.getResponseHeaders()
                .set("Location", one(query, "redirect_uri") + "?state=" + one(query, "state") + "&" + result);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, List<String>> form =
                URLUtils.parseParameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Map<String, List<String>> request = requests.remove(one(form, "code"));
        if (tokenStatus != 200) {
            exchange.sendResponseHeaders(tokenStatus, -1);
            exchange.close();
            return;
        }
        if (request == null || !isClient(exchange) || !isVerified(request, form)) {
            exchange.getResponseHeaders().set("Content-Type", JSON);
            byte[] refusal = "{\"error\":\"invalid_grant\"}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(400, refusal.length);
            exchange.getResponseBody().write(refusal);
            exchange.close();
            return;
        }
        answer(
                exchange,
                JSON,
                Json.write(Map.of(
                        "access_token", "none", "token_type", "Bearer", "id_token", idToken(one(request, "nonce")))));
    }

    private static boolean isClient(HttpExchange exchange) {
        String credentials = Base64.getEncoder()
                .encodeToString((CLIENT + ":" + SECRET.replace(' ', '+')).getBytes(StandardCharsets.UTF_8));
        return ("Basic " + credentials).equals(exchange.getRequestHeaders().getFirst("Authorization"));
    }

    private static boolean isVerified(Map<String, List<String>> request, Map<String, List<String>> form) {
        CodeChallenge expected = CodeChallenge.compute(
                CodeChallengeMethod.S256, new CodeVerifier(Objects.requireNonNull(one(form, "code_verifier"))));
        return expected.getValue().equals(one(request, "code_challenge"))
                && "S256".equals(one(request, "code_challenge_method"))
                && Objects.equals(one(request, "redirect_uri"), one(form, "redirect_uri"));
    }

    private String idToken(String nonce) throws IOException {
        Instant now = Instant.now();
        JWTClaimsSet.Builder all = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(CLIENT)
                .subject("1234")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .claim("nonce", nonce)
                .claim("preferred_username", "ann")
                .claim("realm_access", Map.of("roles", List.of("staff", "storage-operators")));
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(),
                claims.apply(all).build());
        try {
            token.sign(new RSASSASigner(signingKey));
        } catch (JOSEException e) {
            throw new IOException(e);
        }
        return token.serialize();
    }

    private static String one(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.get(name);
        return values == null ? "" : values.get(0);
    }

    private static void answer(HttpExchange exchange, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
