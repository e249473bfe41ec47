/** Uses of npm packages in tasks: a body for each package, and its result. */
export interface Use {
  readonly imports: string;
  /** An expression. */
  readonly value: string;
  readonly expected: unknown;
}

/** By the name of the task. */
export const USES: Readonly<Record<string, Use>> = {
  axios: {
    imports: `import axios from 'axios'`,
    value: `axios.getUri({ url: '/a', params: { b: 1 } })`,
    expected: '/a?b=1',
  },
  pg: {
    imports: `import pg from 'pg'`,
    value: `pg.escapeIdentifier('a"b') + typeof pg.Pool`,
    expected: '"a""b"function',
  },
  mysql2: { imports: `import mysql from 'mysql2/promise'`, value: `mysql.format('?', ["it's"])`, expected: `'it\\'s'` },
  mongodb: {
    imports: `import { MongoClient, ObjectId } from 'mongodb'`,
    value: `new ObjectId('507f1f77bcf86cd799439011').toString() + typeof new MongoClient('mongodb://127.0.0.1').db`,
    expected: '507f1f77bcf86cd799439011function',
  },
  ioredis: {
    imports: `import { Redis } from 'ioredis'`,
    value: `new Redis({ lazyConnect: true }).status`,
    expected: 'wait',
  },
  redis: { imports: `import { createClient } from 'redis'`, value: `createClient().isOpen`, expected: false },
  undici: { imports: `import { Headers } from 'undici'`, value: `new Headers({ a: 'b' }).get('A')`, expected: 'b' },
  express: { imports: `import express from 'express'`, value: `typeof express().listen`, expected: 'function' },
  jsonwebtoken: {
    imports: `import jwt from 'jsonwebtoken'`,
    value: `(jwt.verify(jwt.sign({ a: 1 }, 's'), 's') as { a: number }).a`,
    expected: 1,
  },
  dotenv: { imports: `import dotenv from 'dotenv'`, value: `dotenv.parse('A=1')['A']`, expected: '1' },
  pino: {
    imports: `import { pino } from 'pino'; import { once } from 'node:events'`,
    value: `await (async () => { const to = pino.transport({ target: 'pino/file', options: { destination: '/dev/null' } }); await once(to, 'ready'); pino(to).info('x'); to.end(); await once(to, 'close'); return 'logged'; })()`,
    expected: 'logged',
  },
  winston: {
    imports: `import winston from 'winston'`,
    value: `winston.createLogger({ silent: true }).level`,
    expected: 'info',
  },
  knex: {
    imports: `import knex from 'knex'`,
    value: `knex({ client: 'pg' })('t').where({ a: 1 }).toString()`,
    expected: 'select * from "t" where "a" = 1',
  },
  got: { imports: `import got from 'got'`, value: `got.defaults.options.retry.limit`, expected: 2 },
  kafkajs: {
    imports: `import { Kafka } from 'kafkajs'`,
    value: `typeof new Kafka({ brokers: ['127.0.0.1:9'] }).producer().send`,
    expected: 'function',
  },
  typeorm: {
    imports: `import 'reflect-metadata'; import { DataSource } from 'typeorm'`,
    value: `new DataSource({ type: 'postgres' }).isInitialized`,
    expected: false,
  },
  slack: {
    imports: `import { WebClient } from '@slack/web-api'`,
    value: `new WebClient('x').slackApiUrl`,
    expected: 'https://slack.com/api/',
  },
  sendgrid: { imports: `import mail from '@sendgrid/mail'`, value: `typeof mail.send`, expected: 'function' },
  exceljs: {
    imports: `import excel from 'exceljs'`,
    value: `(await new excel.Workbook().xlsx.writeBuffer()).byteLength > 1000`,
    expected: true,
  },
  nunjucks: {
    imports: `import nunjucks from 'nunjucks'`,
    value: `nunjucks.renderString('{{ a }}!', { a: 1 })`,
    expected: '1!',
  },
  yaml: { imports: `import { parse } from 'yaml'`, value: `parse('a: [1]').a[0]`, expected: 1 },
  sharp: {
    imports: `import sharp from 'sharp'`,
    value: `(await sharp({ create: { width: 8, height: 4, channels: 3, background: 'red' } }).png().toBuffer({ resolveWithObject: true })).info.width`,
    expected: 8,
  },
  argon2: {
    imports: `import argon2 from 'argon2'`,
    value: `await argon2.verify(await argon2.hash('a', { memoryCost: 1024, timeCost: 2 }), 'a')`,
    expected: true,
  },
  zod: { imports: `import { z } from 'zod'`, value: `z.coerce.number().parse('5')`, expected: 5 },
  lodash: { imports: `import _ from 'lodash'`, value: `_.chunk([1, 2, 3], 2)`, expected: [[1, 2], [3]] },
  uuid: { imports: `import { validate, v4 } from 'uuid'`, value: `validate(v4())`, expected: true },
  stripe: {
    imports: `import Stripe from 'stripe'`,
    value: `typeof new Stripe('sk').customers.create`,
    expected: 'function',
  },
  handlebars: {
    imports: `import handlebars from 'handlebars'`,
    value: `handlebars.compile('{{a}}!')({ a: 1 })`,
    expected: '1!',
  },
  nodemailer: {
    imports: `import nodemailer from 'nodemailer'`,
    value: `(await nodemailer.createTransport({ jsonTransport: true }).sendMail({ to: 'a@b.c' })).envelope.to`,
    expected: ['a@b.c'],
  },
  cheerio: { imports: `import { load } from 'cheerio'`, value: `load('<p>a</p>')('p').text()`, expected: 'a' },
  pdfkit: { imports: `import Pdf from 'pdfkit'`, value: `typeof new Pdf().text('a').end`, expected: 'function' },
  bcryptjs: {
    imports: `import bcrypt from 'bcryptjs'`,
    value: `bcrypt.compareSync('a', bcrypt.hashSync('a', 4))`,
    expected: true,
  },
  jsdom: {
    imports: `import { JSDOM } from 'jsdom'`,
    value: `new JSDOM('<p>a</p>').window.document.querySelector('p')?.textContent`,
    expected: 'a',
  },
  ws: { imports: `import { WebSocketServer } from 'ws'`, value: `typeof WebSocketServer`, expected: 'function' },
  dateFns: {
    imports: `import { addDays } from 'date-fns'`,
    value: `addDays(new Date(0), 1).getTime()`,
    expected: 86_400_000,
  },
  xml: {
    imports: `import { XMLParser } from 'fast-xml-parser'`,
    value: `new XMLParser().parse('<a>1</a>').a`,
    expected: 1,
  },
};
