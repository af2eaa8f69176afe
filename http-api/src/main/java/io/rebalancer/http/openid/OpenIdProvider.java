package io.rebalancer.http.openid;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import io.rebalancer.cluster.settings.OpenIdSettings;
import io.rebalancer.cluster.tls.PemAuthorities;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a provider of OpenID Connect. Every method blocks for some seconds at most, and fails with {@link IOException} if the
 * provider can't be reached.
 */
final class OpenIdProvider {
    private static final int TIMEOUT_MILLIS = 5000;
    private static final int SERVER_ERROR = 500;
    private static final int MAX_BYTES = 1 << 20;
    /** The description of the provider is read again after this time. */
    private static final Duration KEPT = Duration.ofHours(1);

    /** The keys are read twice in this time at most. After a failure, logins must not fail for as long as the library's default. */
    private static final Duration KEYS_INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(OpenIdProvider.class);

    private final OpenIdSettings settings;
    private final Optional<SSLSocketFactory> sockets;
    private Optional<Description> known = Optional.empty();

    /**
     * What the provider states about itself.
     *
     * @param validator keeps the keys of the provider
     * @param readAt nanoseconds, from any origin
     */
    private record Description(OIDCProviderMetadata metadata, IDTokenValidator validator, long readAt) {}

    /** The provider does not confirm who the user is. */
    static final class LoginRefused extends Exception {
        private static final long serialVersionUID = 1L;

        LoginRefused(String reason) {
            super(reason);
        }
    }

    /** @throws IllegalArgumentException if the file of authorities can't be used */
    OpenIdProvider(OpenIdSettings settings) {
        this.settings = settings;
        this.sockets = settings.authority().map(PemAuthorities::sockets);
    }

    /** The address at the provider where a browser logs in. */
    URI address(LoginAttempt attempt) throws IOException {
        Scope scope = new Scope("openid");
        settings.scopes().forEach(scope::add);
        return new AuthenticationRequest.Builder(
                        ResponseType.CODE, scope, new ClientID(settings.clientId()), settings.redirect())
                .endpointURI(description().metadata().getAuthorizationEndpointURI())
                .state(attempt.state())
                .nonce(attempt.nonce())
                .codeChallenge(attempt.verifier(), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    /**
     * The claims about the user, from a valid ID token.
     *
     * @param code what the provider gave the browser
     * @throws LoginRefused if the provider refuses the code, or its ID token is not valid
     */
    Map<String, Object> claims(String code, LoginAttempt attempt) throws IOException, LoginRefused {
        Description provider = description();
        HTTPRequest request = prepare(new TokenRequest.Builder(
                        provider.metadata().getTokenEndpointURI(),
                        new ClientSecretBasic(new ClientID(settings.clientId()), new Secret(settings.clientSecret())),
                        new AuthorizationCodeGrant(
                                new AuthorizationCode(code), settings.redirect(), attempt.verifier()))
                .build()
                .toHTTPRequest());
        HTTPResponse sent = request.send();
        if (sent.getStatusCode() >= SERVER_ERROR) {
            throw new IOException("the token endpoint of the provider answered " + sent.getStatusCode());
        }
        try {
            TokenResponse response = OIDCTokenResponseParser.parse(sent);
            if (!response.indicatesSuccess()) {
                throw refused(response.toErrorResponse().getErrorObject());
            }
            OIDCTokenResponse tokens = (OIDCTokenResponse) response.toSuccessResponse();
            return provider.validator()
                    .validate(tokens.getOIDCTokens().getIDToken(), attempt.nonce())
                    .toJSONObject();
        } catch (GeneralException e) {
            throw new LoginRefused("the response of the provider is not understood: " + e.getMessage());
        } catch (KeySourceException e) {
            throw new IOException("the keys of the provider can't be read", e);
        } catch (BadJOSEException | JOSEException e) {
            throw new LoginRefused("the ID token of the provider is not valid: " + e.getMessage());
        }
    }

    private static LoginRefused refused(ErrorObject error) {
        return new LoginRefused("the provider refused the login: " + error.getCode() + " " + error.getDescription());
    }

    private HTTPRequest prepare(HTTPRequest request) {
        request.setConnectTimeout(TIMEOUT_MILLIS);
        request.setReadTimeout(TIMEOUT_MILLIS);
        sockets.ifPresent(request::setSSLSocketFactory);
        return request;
    }

    /** While the provider can't be reached, what it stated before stays in use. */
    private synchronized Description description() throws IOException {
        if (known.isPresent() && System.nanoTime() - known.get().readAt() < KEPT.toNanos()) {
            return known.get();
        }
        try {
            known = Optional.of(read());
        } catch (GeneralException | IOException e) {
            if (known.isEmpty()) {
                throw new IOException("the provider " + settings.issuer() + " does not describe itself", e);
            }
            LOGGER.warn("the description of {} can't be read again, and stays as it is: {}", settings, e.getMessage());
        }
        return known.orElseThrow();
    }

    private Description read() throws GeneralException, IOException {
        Issuer issuer = new Issuer(settings.issuer());
        OIDCProviderMetadata metadata = OIDCProviderMetadata.resolve(issuer, this::prepare);
        JWKSource<SecurityContext> keys = JWKSourceBuilder.create(
                        metadata.getJWKSetURI().toURL(),
                        new DefaultResourceRetriever(
                                TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES, true, sockets.orElse(null)))
                .rateLimited(KEYS_INTERVAL.toMillis())
                .build();
        IDTokenValidator validator = new IDTokenValidator(
                issuer,
                new ClientID(settings.clientId()),
                new JWSVerificationKeySelector<>(algorithms(metadata), keys),
                null);
        return new Description(metadata, validator, System.nanoTime());
    }

    /** Signatures with a key that only the provider has; RS256 is what every provider must support. */
    private static Set<JWSAlgorithm> algorithms(OIDCProviderMetadata metadata) {
        Set<JWSAlgorithm> algorithms = new LinkedHashSet<>(List.of(JWSAlgorithm.RS256));
        if (metadata.getIDTokenJWSAlgs() != null) {
            metadata.getIDTokenJWSAlgs().stream()
                    .filter(each -> JWSAlgorithm.Family.RSA.contains(each) || JWSAlgorithm.Family.EC.contains(each))
                    .forEach(algorithms::add);
        }
        return algorithms;
    }
}
