package io.rebalancer.http.openid;

import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A login that began and did not end. Its browser keeps it in a cookie, so that any manager can end it.
 *
 * @param state comes back with the browser, so that no other browser can end the login
 * @param nonce comes back in the ID token, so that the token is of this login
 * @param verifier proves to the provider that this client began the login
 * @param returnTo the path that the browser opens afterwards
 */
record LoginAttempt(State state, Nonce nonce, CodeVerifier verifier, String returnTo) {
    private static final String SEPARATOR = ".";
    /** A path of this listener. A second slash or a backslash would name another host. */
    private static final Pattern PATH = Pattern.compile("/(?:[^/\\\\\\p{Cntrl}][^\\\\\\p{Cntrl}]{0,999})?");

    static LoginAttempt begin(String returnTo) {
        return new LoginAttempt(new State(), new Nonce(), new CodeVerifier(), isPath(returnTo) ? returnTo : "/");
    }

    private static boolean isPath(String text) {
        return PATH.matcher(text).matches();
    }

    /** As the value of a cookie. */
    String encoded() {
        return String.join(
                SEPARATOR,
                state.getValue(),
                nonce.getValue(),
                verifier.getValue(),
                Base64.getUrlEncoder().withoutPadding().encodeToString(returnTo.getBytes(StandardCharsets.UTF_8)));
    }

    /** The attempt in the value of a cookie; empty if the value has another form. */
    static Optional<LoginAttempt> decode(String value) {
        String[] parts = value.split("\\.", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        try {
            String returnTo = new String(Base64.getUrlDecoder().decode(parts[3]), StandardCharsets.UTF_8);
            return isPath(returnTo)
                    ? Optional.of(new LoginAttempt(
                            new State(parts[0]), new Nonce(parts[1]), new CodeVerifier(parts[2]), returnTo))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
