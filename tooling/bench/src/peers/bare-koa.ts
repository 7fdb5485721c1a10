/** Koa and its router with nothing else: what the framework itself costs. */
import Router from '@koa/router';
import Koa from 'koa';
import { answerQuestions, listen } from './serve.ts';

answerQuestions(async ({ body, path }) => {
  const text = String(body);
  const router = new Router();
  router.get(String(path), (ctx) => {
    ctx.type = 'application/json';
    ctx.body = text;
  });
  const app = new Koa();
  app.use(router.routes());
  const handle = app.callback();
  return listen((request, reply) => void handle(request, reply));
});
