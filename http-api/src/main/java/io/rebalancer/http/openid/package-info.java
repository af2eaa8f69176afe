/** Logins at a provider of OpenID Connect: authorization code flow with PKCE. */
@NullMarked
package io.rebalancer.http.openid;

import org.jspecify.annotations.NullMarked;
