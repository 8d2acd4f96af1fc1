#include "shell/address.h"

#include "base/text.h"

#include <netinet/in.h>
#include <string.h>

bool
address_parse(const char *text, struct address *out)
{
	const char *colon = strrchr(text, ':');
	struct bytes host = bytes_make(text, colon == NULL ? 0 : (size_t)(colon - text));
	uint64_t port;

	if (host.size >= 2 && host.data[0] == '[' && host.data[host.size - 1] == ']')
		host = bytes_make(host.data + 1, host.size - 2);
	if (host.size == 0 || host.size >= sizeof out->host ||
	    !text_decimal_parse(bytes_of_string(colon + 1), &port) || port > UINT16_MAX)
		return false;
	memcpy(out->host, host.data, host.size);
	out->host[host.size] = '\0';
	out->port = (uint16_t)port;
	return true;
}

bool
address_is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *v4 =
		    (const struct sockaddr_in *)(const void *)address;

		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	}
	return address->sa_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(
		   &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

uint16_t
address_port(const struct sockaddr *address)
{
	return ntohs(address->sa_family == AF_INET6
			 ? ((const struct sockaddr_in6 *)(const void *)address)->sin6_port
			 : ((const struct sockaddr_in *)(const void *)address)->sin_port);
}
