// A store in memory behind an HTTP peer, and a client for it whose pauses take no time. It checks no signatures: the
// real server does, in the integration tests. What comes may be answered otherwise by a test.
#pragma once

#include "clients/s3/bucket.hpp"
#include "http_peer.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/pool.hpp"
#include "io/system_clock.hpp"
#include "result_text.hpp"
#include "run.hpp"
#include "temp_folder.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace forager::test {

class NoPauses final : public Random {
public:
    std::uint64_t next() override { return 0; }
};

class FakeStore {
public:
    struct Object {
        std::string content;
        std::string headers; // as they come back
    };
    struct Upload {
        std::string headers;
        std::map<int, std::string> parts;
    };

    std::map<std::string, Object> objects; // by path
    std::map<std::string, Upload> uploads; // by id
    /// Looks first; nothing: the store answers.
    std::function<std::optional<Reply>(const std::string& request)> instead = [](const auto&) { return std::nullopt; };

    Reply operator()(const std::string& request)
    {
        if (auto reply = instead(request))
            return *reply;
        const std::string method = request.substr(0, request.find(' '));
        const std::string target =
            request.substr(method.size() + 1, request.find(' ', method.size() + 1) - method.size() - 1);
        const std::string path = target.substr(0, target.find('?'));
        const std::string body = request.substr(request.find("\r\n\r\n") + 4);
        if (target.find("uploadId=") != target.npos || target.find("uploads=") != target.npos)
            return about_upload(method, target, path, request, body);
        if (method == "PUT")
            return put(path, request, body);
        return get(method, path, request);
    }

    static std::string header(const std::string& request, const std::string& name)
    {
        const std::size_t at = request.find("\r\n" + name + ": ");
        const std::size_t begin = at + name.size() + 4;
        return at == request.npos ? "" : request.substr(begin, request.find("\r\n", begin) - begin);
    }

    static std::string md5(const std::string& text) { return to_hex(digest(Digest::md5, text)); }
    static std::string sha256(const std::string& text) { return to_base64(digest(Digest::sha256, text)); }

private:
    static std::string kept_headers(const std::string& request)
    {
        std::string kept;
        for (const char* name : {"x-amz-meta-sha256", "x-amz-meta-sha256-parts", "x-amz-meta-colour"})
            if (const std::string value = header(request, name); !value.empty())
                kept += std::string{name} + ": " + value + "\r\n";
        return kept;
    }

    static std::string query(const std::string& target, const std::string& name)
    {
        const std::size_t at = target.find(name + "=");
        const std::size_t begin = at + name.size() + 1;
        return at == target.npos ? "" : target.substr(begin, target.find('&', begin) - begin);
    }

    Reply put(const std::string& path, const std::string& request, const std::string& body)
    {
        if (header(request, "x-amz-checksum-sha256") != sha256(body))
            return answer(400, "<Error><Code>BadDigest</Code></Error>");
        objects[path] = {body, kept_headers(request) + "ETag: \"" + md5(body) + "\"\r\n"};
        return answer(200, "", "ETag: \"" + md5(body) + "\"\r\n");
    }

    Reply get(const std::string& method, const std::string& path, const std::string& request)
    {
        const auto found = objects.find(path);
        if (found == objects.end())
            return answer(404, method == "HEAD" ? "" : "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>");
        const auto& [content, headers] = found->second;
        const std::string wanted = header(request, "If-Match");
        if (!wanted.empty() && headers.find(wanted) == headers.npos)
            return answer(412, "<Error><Code>PreconditionFailed</Code></Error>");
        if (method == "HEAD")
            return Reply{"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content.size()) + "\r\n" + headers +
                         "\r\n"};
        const std::string range = header(request, "Range");
        if (range.empty())
            return answer(200, content, headers);
        const std::size_t first = std::strtoul(range.c_str() + 6, nullptr, 10);
        const std::size_t last = std::strtoul(range.c_str() + range.find('-') + 1, nullptr, 10);
        if (first >= content.size())
            return answer(416, "<Error><Code>InvalidRange</Code></Error>");
        const std::string piece = content.substr(first, last - first + 1);
        return answer(206, piece,
                      headers + "Content-Range: bytes " + std::to_string(first) + "-" +
                          std::to_string(first + piece.size() - 1) + "/" + std::to_string(content.size()) + "\r\n");
    }

    Reply about_upload(const std::string& method, const std::string& target, const std::string& path,
                       const std::string& request, const std::string& body)
    {
        if (method == "POST" && target.find("uploads=") != target.npos) {
            const std::string id = "upload-" + std::to_string(++begun_);
            uploads[id].headers = kept_headers(request);
            return answer(200, "<InitiateMultipartUploadResult><UploadId>" + id +
                                   "</UploadId></InitiateMultipartUploadResult>");
        }
        const std::string id = query(target, "uploadId");
        const auto found = uploads.find(id);
        if (found == uploads.end())
            return answer(404, "<Error><Code>NoSuchUpload</Code><Message>none</Message></Error>");
        if (method == "DELETE") {
            uploads.erase(found);
            return Reply{"HTTP/1.1 204 No Content\r\n\r\n"};
        }
        if (method == "GET")
            return answer(200, list_of(found->second));
        if (method == "POST")
            return complete(path, found->second, id);
        if (header(request, "x-amz-checksum-sha256") != sha256(body))
            return answer(400, "<Error><Code>BadDigest</Code></Error>");
        found->second.parts[std::atoi(query(target, "partNumber").c_str())] = body;
        return answer(200, "", "ETag: \"" + md5(body) + "\"\r\n");
    }

    static std::string list_of(const Upload& upload)
    {
        std::string list = "<ListPartsResult><IsTruncated>false</IsTruncated>";
        for (const auto& [number, bytes] : upload.parts)
            list += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>\"" + md5(bytes) +
                    "\"</ETag><Size>" + std::to_string(bytes.size()) + "</Size><ChecksumSHA256>" + sha256(bytes) +
                    "</ChecksumSHA256></Part>";
        return list + "</ListPartsResult>";
    }

    Reply complete(const std::string& path, const Upload& upload, const std::string& id)
    {
        std::string content;
        std::string sums;
        std::string checks;
        for (const auto& [number, bytes] : upload.parts) {
            content += bytes;
            sums += digest(Digest::md5, bytes);
            checks += digest(Digest::sha256, bytes);
        }
        const std::string count = "-" + std::to_string(upload.parts.size());
        const std::string etag = md5(sums) + count;
        objects[path] = {content, upload.headers + "ETag: \"" + etag +
                                      "\"\r\nx-amz-checksum-sha256: " + sha256(checks) + count + "\r\n"};
        uploads.erase(id);
        return answer(200,
                      "<CompleteMultipartUploadResult><ETag>\"" + etag + "\"</ETag></CompleteMultipartUploadResult>");
    }

    int begun_ = 0;
};

struct StoreWorld {
    explicit StoreWorld(std::string remembers = {})
        : client{pool, clock, chance, config(peer.port(), std::move(remembers))}, bucket{client, "files"}
    {
    }

    static s3::Client::Config config(std::uint16_t port, std::string folder)
    {
        s3::Client::Config config;
        config.endpoint = "127.0.0.1:" + std::to_string(port);
        config.credentials = {"access", Secret{"a secret word"}};
        config.part_size = 1024;
        config.in_flight = 4096;
        config.copy_limit = 4096;
        config.folder = std::move(folder);
        return config;
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return test::run(context, std::move(work)); }

    /// How many requests began so.
    std::ptrdiff_t count(const std::string& beginning) const
    {
        return std::ranges::count_if(peer.requests(), [&](const auto& one) { return one.starts_with(beginning); });
    }

    boost::asio::io_context context{1};
    SystemClock clock{context.get_executor()};
    BlockingPool pool{2};
    NoPauses chance;
    TempFolder folder;
    FakeStore store;
    HttpPeer peer{context, [this](const std::string& request) { return store(request); }};
    s3::Client client;
    s3::Bucket bucket;
};

} // namespace forager::test
