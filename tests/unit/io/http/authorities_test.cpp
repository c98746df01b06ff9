#include "io/http/authorities.hpp"

#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;
using namespace forager::test;

TEST_CASE("trusted authorities are found where each distribution keeps them")
{
    for (const char* place :
         {"etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt",
          "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "etc/ssl/ca-bundle.pem", "etc/ssl/cert.pem"}) {
        const TempFolder root;
        CHECK(http::find_authorities(root.path()).empty());
        const std::string file = root.write(place, "authorities");
        CHECK(http::find_authorities(root.path()) == file);
    }
}
